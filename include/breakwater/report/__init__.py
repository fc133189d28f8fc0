"""The daily digest: one neutral value an audience, rendered for mail and chat, every edition kept."""
