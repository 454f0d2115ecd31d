"""The page Check, first of the internal template: what the firm checks before, or instead of, a letter."""

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font

from xlalloc.core.kpi import MEASURES
from xlalloc.reports.report_page import BENCH, NOW, RISK, TARGET, Column, Page, Report, of_products
from xlalloc.templates.look import ACCENT, GREY, NUMBER, OF_UNIT, PERCENT, SIGNED, WARN

RANGES, REASONS = 4, 6
ACROSS, MATRIX = 8, 24  # correlations beside each other, and of how many assets at most

CHECK_WORDS = {  # (English, Chinese)
    "tab.check": ("Check", "内部核对"),
    "title.check": ("Check before the letter", "出具报告前的核对"),
    "internal_mark": ("Internal, not for the client", "内部使用，不得提供给客户"),
    "why_held": ("Why no letter is printed", "暂缓原因"),
    "remedies": ("What releases it", "如何解除"),
    "products": ("Suitability by product: held, target, orders, what remains", "逐项适当性：持仓、目标、交易、交易后"),
    "would_trade": ("Trade", "交易金额"),
    "would_note": (
        '=IF(letter_held,"The orders are shown for the firm\'s own judgement; the client has not been given them.","")',
        '=IF(letter_held,"拟议交易仅供机构内部判断，未提供给客户。","")',
    ),
    "policy": ("Stated for the model, and implied by the assumptions", "模型参考区间与假设所隐含的结果"),
    "stated_range": ("Stated", "参考区间"),
    "target_implies": ("Target implies", "目标所隐含"),
    "now_implies": ("Today implies", "当前所隐含"),
    "verdict": ("Verdict", "结论"),
    "policy_note": (
        "Stated are expected characteristics, not promises. Implied: on the expected returns, volatilities and "
        "correlations of this report; drawdowns are the depth that 95% of paths do not exceed.",
        "参考区间为预期特征，并非承诺。隐含值由本报告的预期收益、波动率与相关系数得出；回撤为 95% 的路径不超过的幅度。",
    ),
    "all_measures": ("The simulated past: all key figures", "模拟历史：全部关键指标"),
    "other_weights": ("Other ways to weight", "其他配置方式"),
    "equal_weight": ("Equal weights", "等权重"),
    "correlations": ("Correlations", "相关系数"),
    "too_many_pairs": (
        '=IF(n_assets>MOST,"Correlations of more than MOST assets are not tabled: '
        'the largest and the smallest stand on the Appendix.","")',
        '=IF(n_assets>MOST,"资产超过 MOST 项时不列示全部相关系数：最强与最弱的见“附录”页。","")',
    ),
}


class CheckPage(Report):
    def check(self) -> None:
        page = Page(self, "check", "1 27 10 10 12 10 10 11 10 12", pages=0)
        page.title()
        page.text("=check_line", bold=True, color=WARN)
        held = 'INDEX(held_reasons,1)<>""'
        page.heading("why_held", held)
        page.paragraphs("held_reasons", REASONS, color=WARN)
        page.heading("remedies", 'INDEX(remedy_texts,1)<>""')
        page.paragraphs("remedy_texts", REASONS)
        page.heading("suitable")
        page.text("=suitability_line")
        page.text("=funds_line", color=GREY)
        self._products(page)
        self._policy(page)
        self._kpis(page)
        self._weights(page)
        self._correlations(page)
        page.heading("findings", 'INDEX(finding_texts,1)<>""')
        page.paragraphs("finding_texts", 20)
        page.text(self.say("made_with"), color=GREY, size=8)
        page.done()

    def _products(self, page: Page) -> None:
        """What is held, what the target is, what would be traded and what would remain."""
        page.heading("products")
        columns = [
            *of_products("asset code level value now target"),
            Column("would_trade", "trade_money", SIGNED),
            *of_products("after"),
            Column("remark", "product_marks"),
        ]
        first, last = page.table(self.room, columns)
        above = FormulaRule([f'$J{first}<>""'], font=Font(bold=True, color=WARN))
        page.sheet.conditional_formatting.add(f"B{first}:J{last}", above)
        page.text(self.say("would_note"), color=GREY)

    def _policy(self, page: Page) -> None:
        some = 'INDEX(policy_measures,1)<>""'
        page.heading("policy", some)
        columns = [
            Column("measure", "policy_measures"),
            Column("stated_range", "policy_stated"),
            Column("target_implies", "policy_target", PERCENT, TARGET),
            Column("verdict", "target_verdicts"),
            Column("now_implies", "policy_now", PERCENT, NOW),
            Column("verdict", "now_verdicts"),
        ]
        first, last = page.table(RANGES, columns, when=some)
        for column in "EG":
            at, fine = f"{column}{first}", (self.say("verdict.inside"), self.say("verdict.not stated"))
            wrong = ",".join([f'{at}<>""', *(f'{at}<>"{word}"' for word in fine)])
            rule = FormulaRule([f"AND({wrong})"], font=Font(bold=True, color=WARN))
            page.sheet.conditional_formatting.add(f"{at}:{column}{last}", rule)
        page.text(f'=IF({some},"{self.say("policy_note")}","")', color=GREY, hide=True)

    def _kpis(self, page: Page) -> None:
        """All key figures of the simulated past."""
        some = 'INDEX(kpi_names,1)<>""'
        page.heading("all_measures", some)
        heads = (("now", NOW), ("target", TARGET), ("bench", BENCH))
        page.header([Column("measure", ""), *(Column(key, "", PERCENT, color) for key, color in heads)], when=some)
        page.name("xl_rows_", page.row - 1, page.row - 1)
        formats = [OF_UNIT[measure.unit] for measure in MEASURES.values()]
        page.figures("kpi_names", "kpi", [key for key, _ in heads], formats, some)
        page.name("xl_rows_", page.row - len(formats), page.row - 1)
        page.text("=past_note", color=GREY, hide=True)

    def _weights(self, page: Page) -> None:
        """Other ways to weight the same assets, and the shares of risk of today's and of the target."""
        page.heading("other_weights")
        columns = [
            *of_products("asset now risk_share target"),
            Column("risk_target", 'IFERROR(RISK_CONTRIB(w_target,cov_assets),"–")', PERCENT, RISK),
            Column("equal_weight", "0*w_now+1/n_assets", PERCENT),
            Column("equal_risk", 'IFERROR(1*parity_weights,"–")', PERCENT),
        ]
        page.table(self.room, columns)

    def _correlations(self, page: Page) -> None:
        """The whole table in blocks; of more assets than fit the appendix has the largest and smallest."""
        some = f"AND(n_assets>1,n_assets<={MATRIX})"
        page.heading("correlations", some)
        for block in range(MATRIX // ACROSS):
            left = block * ACROSS
            there = f"AND({some},n_assets>{left})"
            top = page.row
            names = [f'=IFERROR(IF({there},INDEX(asset_names,{left + k}),""),"")' for k in range(1, ACROSS + 1)]
            page.put(2, top, f'=IF({there}," ","")')
            for k, name in enumerate(names, 3):
                page.put(k, top, name, bold=True, color=ACCENT, size=8, wrap=True, align="right")
            page.sheet.row_dimensions[top].height = 26
            page.put(2, top + 1, f'{{=IF({there},asset_names,"")}}', line=True)
            corner = f"ROW($A$1:$A${MATRIX}),COLUMN({page.at(1 + left, 1)}:{page.at(ACROSS + left, 1)})"
            table = f'{{=IF({there},IFERROR(INDEX(corr_assets,{corner}),""),"")}}'
            cell = page.put(3, top + 1, table, NUMBER, line=True)
            page.like(page.sheet.cell(top + 1, 2), range(top + 2, top + 1 + MATRIX))
            for column in range(3, 3 + ACROSS):
                page.sheet.cell(top + 1, column)._style = cell._style
                page.like(page.sheet.cell(top + 1, column), range(top + 2, top + 1 + MATRIX))
            bottom = top + MATRIX
            heat = ColorScaleRule("num", -1, "F2C1B6", "num", 0, "FFFFFF", "num", 1, "B7D3C6")
            page.sheet.conditional_formatting.add(f"C{top + 1}:{page.at(2 + ACROSS, bottom)}", heat)
            page.name("xl_rows_", top, bottom)
            page.row = bottom + 1
        page.text(self.say("too_many_pairs").replace("MOST", str(MATRIX)), color=GREY, hide=True)
