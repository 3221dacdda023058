"""The style of the protocol's page.

Law: one style sheet, no fetched font, no script; contrast of text at least 7:1, light and dark.
"""

STYLE = """
:root{--paper:#fff;--ink:#1b1b1f;--soft:#4a4a52;--line:#c9c9d1;--tint:#f2f3f7;--link:#0b4a8f}
@media (prefers-color-scheme:dark){:root{--paper:#16171b;--ink:#ececf0;--soft:#b9bac4;
--line:#44464f;--tint:#212329;--link:#a3c9ff}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);display:grid;
grid-template-columns:17rem minmax(0,1fr);
font:1rem/1.55 system-ui,"Noto Sans","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);
outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem;z-index:1}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;background:var(--tint);
border-right:1px solid var(--line);font-size:.9rem}
nav p{margin:.8rem 0 .2rem;font-weight:600}
nav ol,nav ul{margin:0;padding-left:1.6rem}
nav ul{list-style:none;padding-left:.6rem}
main{padding:1.5rem 2rem 6rem;max-width:72rem}
h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 1rem}
h2{font-size:1.4rem;margin:3rem 0 .8rem;border-bottom:2px solid var(--line)}
h3{font-size:1.1rem;margin:2.2rem 0 .5rem}
[lang=zh]{color:var(--soft);font-weight:400}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.88em}
code{background:var(--tint);padding:.05em .25em;border-radius:3px}
pre{background:var(--tint);padding:1rem;overflow:auto;border:1px solid var(--line)}
pre code{padding:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
td:first-child,td a,p code{white-space:nowrap}
.clause{padding:.5rem .8rem;border-left:3px solid var(--line);margin:.6rem 0}
.clause:target{border-left-color:var(--link);background:var(--tint)}
.clause p{margin:.15rem 0}
.mark{border:1px solid var(--line);border-radius:3px;padding:0 .35em;font-size:.78rem;
color:var(--soft);white-space:nowrap}
details{margin:.6rem 0}
summary{cursor:pointer}
@media (max-width:56rem){body{display:block}nav{position:static;height:auto;border-right:0}
main{padding:1rem}td:first-child,p code{white-space:normal}}
@media print{nav,.skip{display:none}body{display:block}details{display:block}}
"""
