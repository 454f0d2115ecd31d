"""The functions of the workbooks in Chinese: what each computes, and its source."""

CHINESE: dict[str, str] = {}
