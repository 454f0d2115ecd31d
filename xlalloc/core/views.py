"""Views of Black and Litterman: what they and the market's weights together expect (Idzorek 2005)."""

import numpy as np

from xlalloc.core.checks import RISKLESS, label_pairs, per_asset
from xlalloc.errors import Label, NumberError
from xlalloc.explanation import record, recording

DEPENDENT = 1e-12  # an eigenvalue at or below it is zero, where the diagonal is 1


def blended(weights, cov, picks, views, confidence, risk_aversion, rf, unit) -> np.ndarray:
    """The posterior of Black & Litterman; ``unit`` is what each view was divided by."""
    prior = rf + risk_aversion * cov.dot(weights)
    c = per_asset(confidence, len(views))
    held = np.flatnonzero(c > 0.0)
    P, q, c = picks[held], views[held], c[held]
    d = _vols_of_views(P, cov, held)
    # With R the correlations of the views' portfolios and S = √c:  (PΣP' + Ω)⁻¹ = D⁻¹S (SRS + I − S²)⁻¹ SD⁻¹
    S = np.sqrt(c)
    A = S[:, None] * (P @ cov @ P.T / np.outer(d, d)) * S
    np.fill_diagonal(A, 1.0)
    if not np.isfinite(A).all():
        raise NumberError("cov: its numbers are too large for the views. Check the units: 0.04 is a volatility of 20%.")
    _stop_at_dependent_views(P, A, c, cov, held)
    posterior = prior + cov @ (P.T @ (S / d * np.linalg.solve(A, S / d * (q - P @ prior))))
    if recording():
        those = [Label("views", int(k)) for k in held]
        record("prior return of each view", label_pairs(those, unit[held] * (P @ prior)))
        record("posterior return of each view", label_pairs(those, unit[held] * (P @ posterior)))
        record("views dropped", len(views) - len(held))
    return posterior


def _vols_of_views(P: np.ndarray, cov: np.ndarray, held: np.ndarray) -> np.ndarray:
    """√(p'Σp) of each view's portfolio, which must have risk, or the view would say nothing."""
    variances = np.einsum("ij,ij->i", P @ cov, P)
    level = np.abs(P) @ np.sqrt(cov.diagonal())
    for k in np.flatnonzero(variances <= RISKLESS * level**2):
        wrong = "is about a portfolio without risk, whose return is known" if P[k].any() else "picks nothing"
        here = Label("views", int(held[k]))
        raise NumberError(f"picks: {{}} {wrong}. Correct its row, or leave the view out.", here)
    return np.sqrt(variances)


def _stop_at_dependent_views(P, A, c, cov, held) -> None:
    """NumberError where one certain view follows from others, be it in its picks or in the risk it takes."""
    certain = np.flatnonzero(c == 1.0)
    taken = P[certain] * np.sqrt(cov.diagonal())
    taken /= np.sqrt((taken * taken).sum(axis=1))[:, None]
    for among, matrix in ((certain, taken @ taken.T), (np.arange(len(c)), A)):
        if not among.size:
            continue
        eigenvalues, vectors = np.linalg.eigh(matrix)
        if eigenvalues[0] <= DEPENDENT:
            parts = np.abs(vectors[:, 0])
            which = [Label("views", int(held[k])) for k in among[parts > 1e-4 * parts.max()]]
            raise NumberError(
                "confidence: of {} one follows from the others, so they cannot all be certain. Give one of them less "
                "confidence than 1, or leave it out.",
                which,
            )
