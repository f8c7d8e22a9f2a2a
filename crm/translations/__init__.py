"""The catalogues. Chinese is the source and needs none; `<locale>/LC_MESSAGES/messages.po` is kept in git."""
