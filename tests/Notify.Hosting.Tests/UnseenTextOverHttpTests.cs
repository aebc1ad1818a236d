using System.Net;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>Tests of texts that nobody could see or that no phone shows, given and rendered.</summary>
public sealed class UnseenTextOverHttpTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Phone = """ "to":{"phone":"+46701234567"} """;
    private const string Mail = """ "to":{"email":"ada@example.org"} """;

    public static TheoryData<string, bool> Bodies =>
        new()
        {
            { "one\u0007two", false },
            { "a\u0001", false },
            { "code 1234\u001b[31m", false },
            { "next\u0085line", false },
            { "\u007f5", false },
            { "line\vfeed", false },
            { "two\nlines\r\nand\ta tab", true },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task An_SMS_has_no_control_characters_but_line_breaks_and_tabs(string body, bool isValid)
    {
        await shared.App.CallAsync("PUT", "/v1/users/texted", """{"addresses":{"phone":"+46701234567"}}""");
        await shared.App.CallAsync("PUT", "/v1/templates/texts", """{"variants":[{"body":"Your {{ text }}"}]}""");
        var content = JsonSerializer.Serialize(new { body });
        var data = JsonSerializer.Serialize(new { text = body });

        await AssertAsync($$"""{ {{Phone}}, "content":{{content}} }""", isValid, "content.body");
        await AssertAsync($$"""{"to":{"user":"texted"},"channels":["sms"],"content":{{content}} }""", isValid, "content.body");
        await AssertAsync($$"""{ {{Phone}}, "template":"texts","data":{{data}} }""", isValid, "template");
        await AssertAsync($$"""{ {{Mail}}, "template":"texts","data":{{data}} }""", isValid: true, "");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\u200b")]
    [InlineData("\n\t\u00a0")]
    public async Task A_template_that_renders_nothing_to_see_is_refused(string text)
    {
        await shared.App.CallAsync(
            "PUT",
            "/v1/templates/nothing",
            """{"variants":[{"title":"{{ text }}","body":"{{ text }}","html":"<p>{{ text }}</p><!-- {{ text }} -->"}]}"""
        );
        await shared.App.CallAsync("PUT", "/v1/templates/titled", """{"variants":[{"title":"Hello","body":"{{ text }}"}]}""");
        var data = JsonSerializer.Serialize(new { text });

        await AssertAsync($$"""{ {{Mail}}, "template":"nothing","data":{{data}} }""", isValid: false, "template");
        await AssertAsync($$"""{ {{Mail}}, "template":"nothing","data":{"text":"x"} }""", isValid: true, "");
        await AssertAsync($$"""{ {{Mail}}, "template":"titled","data":{{data}} }""", isValid: true, "");
        await AssertAsync($$"""{ {{Phone}}, "template":"titled","data":{{data}} }""", isValid: false, "template");
    }

    /// <summary>What a channel does not send may be anything: here SMS has a variant of its own in each language.</summary>
    [Theory]
    [InlineData("""[{"title":"Hello"},{"channel":"sms","body":"Hello"}]""", true)]
    [InlineData("""[{"title":"Hello","body":"{{ bell }}"},{"channel":"sms","body":"Hello"}]""", true)]
    [InlineData(
        """
            [{"title":"Hi"},{"channel":"sms","body":"Hi"},{"locale":"EN","title":"Hello"},
             {"channel":"sms","locale":"en","body":"Hello"}]
            """,
        true
    )]
    [InlineData("""[{"title":"Hello"},{"channel":"email","body":"Hello"}]""", false)]
    [InlineData("""[{"body":"Hello"},{"channel":"sms","body":"{{ bell }}"}]""", false)]
    public async Task Only_the_variant_that_a_channel_uses_must_be_valid_for_it(string variants, bool isValid)
    {
        await shared.App.CallAsync("PUT", "/v1/templates/own", $$"""{"variants":{{variants}} }""");

        await AssertAsync($$"""{ {{Phone}}, "template":"own","data":{"bell":"\u0007"} }""", isValid, "template");
    }

    [Theory]
    [InlineData("""{"title":" ","body":"\u3000","html":"\n"}""", false)]
    [InlineData("""{"title":"\u200b"}""", false)]
    [InlineData("""{"html":" \t"}""", false)]
    [InlineData("""{"html":"<br>"}""", false)]
    [InlineData("""{"html":"&#xA;&nbsp;&#8203;&zwnj;<p>&#32;</p>"}""", false)]
    [InlineData("""{"html":"<!-- Hello -->"}""", false)]
    [InlineData("""{"html":"<!-- Hello"}""", false)]
    [InlineData("""{"html":"<style>p { color: red; }</style>"}""", false)]
    [InlineData("""{"html":"<STYLE type='a>b'>p > a { color: red; }"}""", false)]
    [InlineData(
        """{"html":"<!DOCTYPE html><html><head><meta charset='utf-8'><title>Hi</title></head><body></body></html>"}""",
        false
    )]
    [InlineData("""{"html":"<div style='margin:0'><a href='https://example.org/?a>b'></a></div>"}""", false)]
    [InlineData("""{"html":"<script>document.write('Hello')</script>"}""", false)]
    [InlineData("""{"html":"<?xml version='1.0'?></p>"}""", false)]
    [InlineData("""{"html":"&amp;"}""", true)]
    [InlineData("""{"html":"&#65;"}""", true)]
    [InlineData("""{"html":"<p>.</p>"}""", true)]
    [InlineData("""{"html":"<img src='https://example.org/a.png'>"}""", true)]
    [InlineData("""{"html":"<hr>"}""", true)]
    [InlineData("""{"html":"<table bgcolor=red><tr><td></td></tr></table>"}""", true)]
    [InlineData("""{"html":"<div style='background:url(https://example.org/a.png);height:9px'></div>"}""", true)]
    [InlineData("""{"html":"<!--[if mso]><p>Hello</p><![endif]-->"}""", true)]
    [InlineData("""{"html":"< br >"}""", true)]
    [InlineData("""{"html":"<"}""", true)]
    [InlineData("""{"html":"<head>Hello"}""", true)]
    [InlineData("""{"html":"<p don't>Hello"}""", true)]
    [InlineData("""{"html":"<title>Hello</title>Hello"}""", true)]
    [InlineData("""{"title":" ","body":"."}""", true)]
    [InlineData("""{"title":".","body":" "}""", true)]
    public async Task An_email_that_shows_nothing_is_refused(string content, bool isValid) =>
        await AssertAsync($$"""{ {{Mail}}, "content":{{content}} }""", isValid, "content");

    private async Task AssertAsync(string trigger, bool isValid, string field)
    {
        using var response = await shared.App.TriggerAsync(trigger);
        if (isValid)
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        else
            Assert.Equal([field], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }
}
