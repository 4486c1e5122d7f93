"""The key and the pseudonyms: what is refused, and that guessing does not find a person."""

import hashlib
import itertools

import pytest

from assetmap.errors import KeyFileError
from assetmap.survey.pseudonyms import SYNTHETIC_KEY, is_pseudonym, pseudonym, read_key

GOOD = "0123456789abcdef" * 4


@pytest.fixture
def place(tmp_path):
    project = tmp_path / "project"
    project.mkdir()

    def write(text=GOOD, *, mode=0o600, inside=False):
        path = (project if inside else tmp_path) / "secret.key"
        path.write_text(text)
        path.chmod(mode)
        return path

    def read(**environment):
        return read_key(project, environment)

    return write, read


def test_a_key_comes_from_a_file_or_from_the_environment(place):
    write, read = place
    path = write(GOOD + "\n")
    assert read(ASSETMAP_KEY_FILE=str(path)) == bytes.fromhex(GOOD)
    assert read(ASSETMAP_KEY=GOOD) == bytes.fromhex(GOOD)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least 64 hexadecimal digits"),
        (GOOD[:-2], "at least 64 hexadecimal digits"),
        ("Not hexadecimal at all " * 4, "at least 64 hexadecimal digits"),
        ("00" * 32, "repeats itself"),
    ],
)
def test_a_weak_key_is_refused_and_never_shown(place, text, said):
    write, read = place
    with pytest.raises(KeyFileError, match=said) as caught:
        read(ASSETMAP_KEY_FILE=str(write(text)))
    assert not text or text not in str(caught.value)


def test_a_key_that_others_can_read_is_refused(place):
    write, read = place
    for mode in (0o640, 0o604, 0o660):
        with pytest.raises(KeyFileError, match="chmod 600"):
            read(ASSETMAP_KEY_FILE=str(write(mode=mode)))


def test_a_key_inside_the_project_is_refused(place):
    write, read = place
    with pytest.raises(KeyFileError, match="inside the project"):
        read(ASSETMAP_KEY_FILE=str(write(inside=True)))


def test_a_link_from_elsewhere_into_the_project_is_refused(place, tmp_path):
    write, read = place
    link = tmp_path / "link.key"
    link.symlink_to(write(inside=True))
    with pytest.raises(KeyFileError, match="inside the project"):
        read(ASSETMAP_KEY_FILE=str(link))


def test_a_key_inside_any_repository_is_refused(place, tmp_path):
    write, read = place
    path = write()
    (tmp_path / ".git").mkdir()
    with pytest.raises(KeyFileError, match="inside the project"):
        read(ASSETMAP_KEY_FILE=str(path))


def test_without_a_key_the_message_says_how_to_make_one(place, tmp_path):
    _, read = place
    with pytest.raises(KeyFileError, match="token_hex"):
        read()
    with pytest.raises(KeyFileError, match="cannot be read"):
        read(ASSETMAP_KEY_FILE=str(tmp_path / "absent"))


def test_a_pseudonym_depends_on_the_key_and_on_the_number_alone():
    one, other = pseudonym(b"k" * 32, "K7M2QX"), pseudonym(b"l" * 32, "K7M2QX")
    assert is_pseudonym(one)
    assert one == pseudonym(b"k" * 32, "K7M2QX") != other
    assert not is_pseudonym(one[:-1])


def test_a_dictionary_of_all_likely_numbers_does_not_find_a_person_without_the_key():
    secret = pseudonym(bytes(range(32)), "B184BJ1984")
    guesses = [
        f"B18{n}{a}{b}{y}"
        for n in "4"
        for a, b in itertools.product("BJ", "BJ")
        for y in range(1950, 2008)
    ]
    plain = {f"p_{hashlib.sha256(g.encode()).hexdigest()[:32]}" for g in guesses}
    keyed = {pseudonym(key, g) for key in (b"", SYNTHETIC_KEY, b"assetmap") for g in guesses}
    assert "B184BJ1984" in guesses
    assert secret not in plain | keyed
    # ... and with the key it does: it is the key that protects.
    assert secret in {pseudonym(bytes(range(32)), g) for g in guesses}
