"""The chart of a run, as SVG: each read's time and CPU as a share of hand-written psycopg's."""

from html import escape

from skeletal.management.bench.report import Report

LEFT, WIDTH, STEP, TOP = 190, 420, 34, 56
MOST = 1.5
COLOURS = {"wall_to_floor": "#2563eb", "client_to_floor": "#f59e0b"}
TITLE = "Time (blue) and client CPU (amber) to hand-written psycopg; 1.0 is equal, less is better"


def draw(report: Report) -> str:
    """An SVG of two bars a read and a line at 1.0."""
    height = TOP + STEP * len(report.lines) + 30
    one = LEFT + WIDTH / MOST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" height="{height}"'
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="22" font-size="13">{escape(TITLE)}</text>',
        f'<text x="10" y="42" fill="#555">{escape(report.world)} · {escape(report.machine)}</text>',
    ]
    for place, line in enumerate(report.lines):
        top = TOP + place * STEP
        parts.append(f'<text x="{LEFT - 8}" y="{top + 17}" text-anchor="end">{line.name}</text>')
        for offset, (name, colour) in enumerate(COLOURS.items()):
            ratio = getattr(line, name)
            width, y = min(ratio, MOST) / MOST * WIDTH, top + offset * 13
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="11" fill="{colour}"/>'
                f'<text x="{LEFT + width + 5:.1f}" y="{y + 10}">{ratio:.2f}</text>'
            )
    parts.append(f'<path d="M{one:.1f} {TOP - 6}V{height - 24}" stroke="#111" stroke-width="1"/>')
    return "\n".join([*parts, "</svg>", ""])
