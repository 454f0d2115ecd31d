"""A registry in memory with the functions of winreg that the project uses, 32-bit and 64-bit views apart."""

import contextlib

HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = "HKCU", "HKLM"
KEY_READ, KEY_WRITE, KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x20019, 0x20006, 0x0100, 0x0200
REG_SZ = 1


class Registry:
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE
    KEY_READ, KEY_WRITE, KEY_WOW64_64KEY, KEY_WOW64_32KEY = KEY_READ, KEY_WRITE, KEY_WOW64_64KEY, KEY_WOW64_32KEY
    REG_SZ = REG_SZ

    def __init__(self):
        self.keys: dict[tuple, dict] = {}

    def put(self, root, key, name, value) -> None:
        for view in (0, 1):
            self.keys.setdefault((root, view, key.casefold()), {})[name] = value

    def _place(self, root, key, access):
        return root, int(bool(access & KEY_WOW64_32KEY)), key.casefold()

    def CreateKeyEx(self, root, key, reserved=0, access=KEY_WRITE):  # noqa: N802
        assert access & KEY_WRITE
        place = self._place(root, key, access)
        self.keys.setdefault(place, {})
        return contextlib.nullcontext(place)

    def OpenKeyEx(self, root, key, reserved=0, access=KEY_READ):  # noqa: N802
        place = self._place(root, key, access)
        if place not in self.keys:
            raise FileNotFoundError(2, "no such key")
        return contextlib.nullcontext(place)

    def SetValueEx(self, place, name, reserved, kind, value):  # noqa: N802
        assert kind == REG_SZ and isinstance(value, str)
        self.keys[place][name] = value

    def QueryValueEx(self, place, name):  # noqa: N802
        if name not in self.keys[place]:
            raise FileNotFoundError(2, "no such value")
        return self.keys[place][name], REG_SZ

    def QueryInfoKey(self, place):  # noqa: N802
        return 0, len(self.keys[place]), 0

    def EnumValue(self, place, k):  # noqa: N802
        name, value = list(self.keys[place].items())[k]
        return name, value, 3

    def DeleteKeyEx(self, root, key, access=KEY_WOW64_64KEY, reserved=0):  # noqa: N802
        place = self._place(root, key, access)
        if place not in self.keys:
            raise FileNotFoundError(2, "no such key")
        inner = (*place[:2], place[2] + "\\")
        if any(k[:2] == inner[:2] and k[2].startswith(inner[2]) for k in self.keys):
            raise PermissionError(5, "the key has keys below it")
        del self.keys[place]
