"""Search in Chinese: Sphinx's English index also holds every pair of Chinese characters that stand together."""

import re

from sphinx.search.en import SearchEnglish

_CHINESE = re.compile("[\u4e00-\u9fff]+")


class SearchBoth(SearchEnglish):
    """English words, and Chinese ones of two characters; longer ones the page finds inside whole phrases."""

    def split(self, input: str) -> list[str]:
        pairs = [run[i : i + 2] for run in _CHINESE.findall(input) for i in range(len(run) - 1)]
        return super().split(input) + pairs


def setup(app) -> None:
    """Sphinx calls it: the class takes the place of the one for English."""
    app.add_search_language(SearchBoth)
