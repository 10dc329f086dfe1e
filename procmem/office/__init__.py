"""The office: a private folder of files, and the apps that work on them."""
