// Writes assembly/core/generated/html-words.ts: element, attribute and event names of HTML and SVG that can run script,
// and the names of JavaScript that injected script begins with, as a hash table.
// The names are those of the HTML, SVG and UI-events specifications and of the browsers' older extensions.
//
// Run: npx tsx scripts/gen/html-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  SCRIPT: "script",
  STYLE: "style",
  META: "meta",
  LINK: "link",
  BASE: "base",
  /** Elements that load or run something by any of their attributes. */
  ACTIVE:
    "iframe embed object applet frame layer ilayer bgsound portal handler listener xml ion foreignobject isindex xss vmlframe",
  ANIMATE: "animate set animatetransform animatemotion animatecolor",
  URL:
    "href src action data poster background dynsrc lowsrc from to values by code codebase content manifest ping " +
    "folder cite xlink:href srcset url value handler_url param link_href profile longdesc archive classid usemap icon",
  SRCDOC: "srcdoc",
  FORMACTION: "formaction",
  ATTRIBUTE_NAME: "attributename",
  HTTP_EQUIV: "http-equiv",
  BINDING: "datasrc datafld ev:event ev:handler allowscriptaccess xmlns:ev implementation",
  EVENT:
    "onabort onactivate onafterprint onafterscriptexecute onafterupdate onanimationcancel onanimationend " +
    "onanimationiteration onanimationstart onariarequest onautocomplete onautocompleteerror onauxclick onbeforeactivate " +
    "onbeforecopy onbeforecut onbeforedeactivate onbeforeeditfocus onbeforeinput onbeforeload onbeforematch " +
    "onbeforepaste onbeforeprint onbeforescriptexecute onbeforetoggle onbeforeunload onbeforeupdate onbegin onblur " +
    "onbounce oncancel oncanplay oncanplaythrough oncellchange onchange onclick onclose oncommand oncompassneedscalibration " +
    "oncontentvisibilityautostatechange oncontextlost oncontextmenu oncontextrestored oncontrolselect oncopy oncuechange oncut ondataavailable " +
    "ondatasetchanged ondatasetcomplete ondblclick ondeactivate ondevicelight ondevicemotion ondeviceorientation ondrag " +
    "ondragdrop ondragend ondragenter ondragexit ondragleave ondragover ondragstart ondrop ondurationchange onemptied onend onended " +
    "onerror onerrorupdate onexit onfilterchange onfinish onfocus onfocusin onfocusout onformchange onformdata " +
    "onforminput onfullscreenchange onfullscreenerror ongotpointercapture onhashchange onhelp oninput oninvalid onkeydown onkeypress " +
    "onkeyup onlayoutcomplete onload onloadeddata onloadedmetadata onloadend onloadstart onlosecapture " +
    "onlostpointercapture onmediacomplete onmediaerror onmessage onmessageerror onmousedown onmouseenter onmouseleave onmousemove " +
    "onmouseout onmouseover onmouseup onmousewheel onmove onmoveend onmovestart onmozfullscreenchange onoffline ononline " +
    "onorientationchange onoutofsync onpagehide onpagereveal onpageshow onpageswap onpaste onpause onplay onplaying onpointercancel " +
    "onpointerdown onpointerenter onpointerleave onpointermove onpointerout onpointerover onpointerrawupdate " +
    "onpointerup onpopstate onprogress onpropertychange onratechange onreadystatechange onredo onrepeat onreset onresize onresizeend " +
    "onresizestart onresume onreverse onrowdelete onrowenter onrowexit onrowinserted onrowsdelete onrowsenter " +
    "onrowsinserted onscroll onscrollend onscrollsnapchange onscrollsnapchanging onsearch onsecuritypolicyviolation onseek onseeked " +
    "onseeking onselect onselectionchange onselectstart onshow onslotchange onstalled onstart onstop onstorage onsubmit onsuspend " +
    "onsynchrestored ontimeerror ontimeout ontimeupdate ontoggle ontouchcancel ontouchend ontouchmove ontouchstart ontrackchange " +
    "ontransitioncancel ontransitionend ontransitionrun ontransitionstart onundo onunhandledrejection onunload onurlflip " +
    "onuserproximity onvolumechange onwaiting onwebkitanimationend onwebkitanimationiteration onwebkitanimationstart " +
    "onwebkitmouseforcechanged onwebkitmouseforcedown onwebkitmouseforceup onwebkitmouseforcewillbegin " +
    "onwebkitplaybacktargetavailabilitychanged onwebkittransitionend onwebkitwillrevealbottom onwheel onwillreveal onzoom",
  /** Words that begin with "on" and are no events. */
  NO_EVENT:
    "one ones once only online onto ontology onset onsite onboarding ongoing onward onion onyx ontario",
  SCHEME: "javascript vbscript livescript mocha jscript",
  EXPRESSION: "expression",
  SINK: "alert confirm prompt eval",
  WEAK_SINK:
    "settimeout setinterval setimmediate function execscript fetch atob import write writeln msgbox constructor",
  GLOBAL: "document window location top self parent",
  /** Words with which a script's first statement begins, a space after them. */
  STATEMENT:
    "var let const function new if for while throw try return delete typeof void async import class with do switch",
};

writeTable(CLASSES, "assembly/core/generated/html-words.ts", "scripts/gen/html-words.ts", "HTML", 1024);
