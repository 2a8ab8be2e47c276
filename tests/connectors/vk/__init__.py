"""Tests of the VK connector and of the emulator of VK."""
