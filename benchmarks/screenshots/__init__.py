"""Every page and state of the demo as pictures: three widths, light and dark, one contact sheet."""
