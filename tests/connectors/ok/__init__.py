"""Tests of the OK connector and of the emulator of OK."""
