"""How the page looks: light, dark where the reader asks for it, on paper."""

from mmlt.visualization.style import FONTS, THEMES

__all__ = ['style_sheet']


def style_sheet() -> str:
    """CSS of the page, on one line."""

    def colors(name: str) -> str:
        return ';'.join(f'--{k}:{v}' for k, v in THEMES[name].items())

    return f"""
:root{{color-scheme:light dark;{colors('light')};--box:#f4f5f7;
--shade:rgba(0,0,0,.16)}}
@media (prefers-color-scheme:dark){{
:root{{{colors('dark')};--box:#1f2227;--shade:rgba(0,0,0,.75)}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--surface);color:var(--ink);
font:16px/1.5 {FONTS}}}
main{{max-width:1320px;margin:0 auto;padding:24px 16px 64px}}
h1{{font-size:1.6rem;line-height:1.25;margin:0 0 12px}}
h2{{font-size:1.25rem;margin:48px 0 8px;padding-top:16px;
border-top:1px solid var(--grid)}}
h3{{font-size:1rem;margin:28px 0 4px}}
h4{{font-size:.9rem;margin:20px 0 6px}}
p,figcaption{{max-width:72ch;margin:0 0 12px}}
figcaption,.note{{color:var(--muted);font-size:.875rem}}
p,td,th,figcaption,li,h1,h2,h3,h4{{overflow-wrap:anywhere}}
a{{color:var(--run0)}}
nav ul{{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;
padding:0;margin:16px 0 0}}
code,pre{{font:.85em/1.5 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',
monospace}}
pre{{background:var(--box);padding:12px;overflow-x:auto;border-radius:6px}}
{TABLES}
{PICTURES}
{GALLERY}
@media print{{main{{max-width:none}}section{{break-inside:auto}}
figure,tr,li{{break-inside:avoid}}.scroll{{max-height:none!important}}
.tools{{display:none}}}}
""".replace('\n', '')


# The shades at the left and right edge of a table say that it goes on there:
# they stay in place, and at an end a patch of the ground's color, which
# scrolls, covers them.
TABLES = """
.scroll{overflow:auto;margin:8px 0 12px;max-width:100%;
background:
linear-gradient(to right,var(--surface) 40%,transparent) 0 0,
linear-gradient(to left,var(--surface) 40%,transparent) 100% 0,
linear-gradient(to right,var(--shade),transparent) 0 0,
linear-gradient(to left,var(--shade),transparent) 100% 0;
background-repeat:no-repeat;background-size:48px 100%,48px 100%,
16px 100%,16px 100%;background-attachment:local,local,scroll,scroll}
.scroll.tall{max-height:min(36rem,80vh);border-bottom:1px solid var(--grid)}
table{border-collapse:separate;border-spacing:0;font-size:.9rem;
font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;text-align:left;white-space:nowrap;
overflow-wrap:normal}
thead th{color:var(--muted);font-weight:500;vertical-align:bottom;
white-space:normal;min-width:min-content;max-width:9.5rem;
border-bottom:1px solid var(--muted)}
thead th[scope=colgroup]{color:var(--ink);border-bottom:0;
padding-bottom:0}
.tall thead{position:sticky;top:0;z-index:2;background:var(--surface)}
tbody tr:not(.difference)>*{border-top:1px solid var(--grid)}
th[scope=row]{font-weight:600;position:sticky;left:0;
background:var(--surface);z-index:1}
th.number,td.number{text-align:right}
.begins{border-left:1px solid var(--grid)}
td.best{font-weight:700}
td.long{white-space:normal;min-width:26ch;max-width:44ch}
.difference>*{color:var(--muted);font-weight:400;font-size:.85rem;
padding-top:0}
.difference th{padding-left:24px}
summary{cursor:pointer}
thead button{all:unset;cursor:pointer;position:relative}
thead button:focus-visible{outline:2px solid var(--run0);
outline-offset:3px}
thead button:hover{color:var(--ink)}
th[aria-sort] button{color:var(--ink)}
th[aria-sort=ascending] button::after{content:' ▲'/'';font-size:.7em}
th[aria-sort=descending] button::after{content:' ▼'/'';font-size:.7em}
.tools{margin:8px 0 4px;font-size:.9rem}
.tools input{font:inherit;color:inherit;background:var(--box);
border:1px solid var(--muted);border-radius:4px;padding:3px 8px;
width:min(18rem,60vw)}
.said{color:var(--muted);margin-left:12px}
@media (max-width:640px){
th[scope=row] span{display:inline-block;width:max-content;max-width:36vw;
white-space:normal;overflow-wrap:anywhere}
th,td{padding:5px 8px}
.difference th{padding-left:12px}}
"""
PICTURES = """
figure{margin:20px 0 28px}
.panels{display:grid;gap:16px;
max-width:calc(var(--columns)*var(--panel)*1.25);
grid-template-columns:repeat(auto-fill,minmax(min(100%,max(
calc(var(--panel)*.82),
calc((100% - (var(--columns) - 1)*16px)/var(--columns)))),1fr))}
@media (max-width:1240px){.four{grid-template-columns:
repeat(2,minmax(0,1fr))}}
@media (max-width:640px){.four{grid-template-columns:minmax(0,1fr)}}
.wide{overflow-x:auto}
.wide .panel{min-width:calc(var(--panel)*.8)}
svg{display:block;width:100%;height:auto}
"""
GALLERY = """
.gallery{display:grid;gap:16px 12px;list-style:none;padding:0;
margin:0 0 20px;grid-template-columns:repeat(auto-fill,
minmax(min(100%,128px),1fr))}
.gallery img{display:block;width:96px;height:96px;object-fit:contain;
background:var(--box);border-radius:4px;margin-bottom:4px;
image-rendering:auto}
.gallery span{display:block;font-size:.8rem;line-height:1.35;
overflow-wrap:anywhere;color:var(--muted)}
.gallery span:first-of-type{color:var(--ink);font-weight:600}
"""
