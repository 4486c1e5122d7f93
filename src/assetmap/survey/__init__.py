"""The survey: from the questionnaire to restricted tables of answers under pseudonyms."""
