"""The four looks: dark, light, high contrast, and the terminal's own sixteen colours.

One accent. Green and red belong to verdicts alone, and a verdict says it in words as well.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import Theme

# Variables of our own, beside those that Textual derives; a theme must give each of them.
_OWN = ("quiet", "accent-soft", "code")

DARK = Theme(
    name="dark",
    dark=True,
    primary="#7fb4ff",
    secondary="#7fb4ff",
    accent="#7fb4ff",
    foreground="#d8dce3",
    background="#15171b",
    surface="#15171b",
    panel="#1f2329",
    success="#7ed491",
    warning="#e5c07b",
    error="#ff7a85",
    variables={
        "quiet": "#8b94a3",
        "accent-soft": "#26354b",
        "code": "#c3cfe2",
        "block-cursor-foreground": "#f4f7fb",
        "block-cursor-background": "#26354b",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#d8dce3",
        "block-cursor-blurred-background": "#1f2329",
        "block-hover-background": "#1b1f25",
        "input-selection-background": "#35507a",
        "border": "#7fb4ff",
        "border-blurred": "#2c323b",
        "scrollbar": "#39414d",
        "scrollbar-hover": "#4b5563",
        "scrollbar-active": "#7fb4ff",
        "scrollbar-background": "#15171b",
        "scrollbar-background-hover": "#15171b",
        "scrollbar-background-active": "#15171b",
        "scrollbar-corner-color": "#15171b",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#0b57a4",
    secondary="#0b57a4",
    accent="#0b57a4",
    foreground="#22262d",
    background="#fcfcfa",
    surface="#fcfcfa",
    panel="#f0f1ee",
    success="#17703a",
    warning="#855800",
    error="#b3202c",
    variables={
        "quiet": "#5f6876",
        "accent-soft": "#dbe8f7",
        "code": "#2f3e54",
        "block-cursor-foreground": "#10161f",
        "block-cursor-background": "#dbe8f7",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#22262d",
        "block-cursor-blurred-background": "#f0f1ee",
        "block-hover-background": "#f0f1ee",
        "input-selection-background": "#b5d3f5",
        "border": "#0b57a4",
        "border-blurred": "#d5d9de",
        "scrollbar": "#c3c9d1",
        "scrollbar-hover": "#a5adb8",
        "scrollbar-active": "#0b57a4",
        "scrollbar-background": "#fcfcfa",
        "scrollbar-background-hover": "#fcfcfa",
        "scrollbar-background-active": "#fcfcfa",
        "scrollbar-corner-color": "#fcfcfa",
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    dark=True,
    primary="#ffd84d",
    secondary="#ffd84d",
    accent="#ffd84d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#6dff8e",
    warning="#ffd84d",
    error="#ff9a9a",
    text_alpha=1.0,
    variables={
        "quiet": "#dcdcdc",
        "accent-soft": "#ffd84d",
        "code": "#ffffff",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffd84d",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-background": "#333333",
        "block-hover-background": "#333333",
        "input-selection-background": "#005fff",
        "border": "#ffd84d",
        "border-blurred": "#ffffff",
        "scrollbar": "#ffffff",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffd84d",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "scrollbar-corner-color": "#000000",
    },
)

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    dark=True,
    primary="ansi_blue",
    secondary="ansi_blue",
    accent="ansi_blue",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        # The terminal's default is all that is sure to be legible on its own background.
        "quiet": "ansi_default",
        "accent-soft": "ansi_default",
        "code": "ansi_default",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        # Textual drops reverse video from the rows of lists; grey is legible under every palette.
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-text-style": "bold",
        "border": "ansi_blue",
        "border-blurred": "ansi_default",
        "scrollbar": "ansi_default",
        "scrollbar-hover": "ansi_blue",
        "scrollbar-active": "ansi_blue",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "markdown-h1-color": "ansi_default",
        "markdown-h2-color": "ansi_default",
        "markdown-h3-color": "ansi_default",
        "markdown-h4-color": "ansi_default",
        "input-cursor-text-style": "reverse",
    },
)

# Under NO_COLOR every colour is left out, so that the row one stands on needs another sign.
PLAIN = replace(
    TERMINAL,
    name="plain",
    variables={**TERMINAL.variables, "block-cursor-text-style": "bold underline"},
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST, TERMINAL)
DEFAULTS = {name: DARK.variables[name] for name in _OWN}
