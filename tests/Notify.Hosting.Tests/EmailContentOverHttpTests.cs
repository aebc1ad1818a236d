using System.Net;
using System.Text.Json;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the email fields of a trigger over HTTP: copies, headers, inline images and references to them.</summary>
public sealed class EmailContentOverHttpTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Pixel = "R0lGODlhAQABAAAAACw=";

    private const string Logo = $$"""[{"contentId":"logo","mediaType":"image/png","base64":"{{Pixel}}"}]""";

    [Fact]
    public async Task Everything_reaches_the_provider()
    {
        Delivery? sent = null;
        await using var app = await ApiApplication.StartOnSqliteAsync(new ScriptedProvider("mail", Channel.Email, delivery =>
            {
                sent = delivery;
                return Outcome.Sent("1", note: "1 of 2 copies were refused: 550");
            }));
        var url = await app.AcceptAsync(
            $$"""
            {
              "to": {"email": "ada@example.org"},
              "content": {
                "html": "<img src='cid:logo'>",
                "email": {
                  "replyTo": "help@example.org",
                  "cc": [{"address": "bob@example.org", "name": "Bob Ängström"}, "carol@example.org"],
                  "bcc": ["eve@example.org"],
                  "headers": {"X-Order": "4711"},
                  "inlineImages": {{Logo}}
                }
              }
            }
            """
        );
        var timeline = await app.WhenAsync(url, "sent", 1);

        var email = sent!.Content.Email!;
        Assert.Equal([new Mailbox("help@example.org")], email.ReplyTo!);
        Assert.Equal([new Mailbox("bob@example.org", "Bob Ängström"), new Mailbox("carol@example.org")], email.Cc!);
        Assert.Equal([new Mailbox("eve@example.org")], email.Bcc!);
        Assert.Equal([new KeyValuePair<string, string>("X-Order", "4711")], email.Headers!);
        var image = Assert.Single(email.InlineImages!);
        Assert.Equal(("logo", "image/png", Pixel), (image.ContentId, image.MediaType, Convert.ToBase64String(image.Bytes.Span)));
        var attempt = timeline.DeliveryOver("email").GetProperty("attempts")[0];
        Assert.Equal("1 of 2 copies were refused: 550", attempt.Text("reason"));
    }

    [Theory]
    [InlineData(""" "email":5 """, "content.email")]
    [InlineData(""" "email":{"reply":"a@example.org"} """, "content.email.reply")]
    [InlineData(""" "email":{"cc":5} """, "content.email.cc")]
    [InlineData(""" "email":{"cc":["bob@example.org",5,"bob"]} """, "content.email.cc[1]", "content.email.cc[2]")]
    [InlineData(
        """ "email":{"cc":[{"name":"Bob"}],"bcc":["bob@example.org."]} """,
        "content.email.bcc[0]",
        "content.email.cc[0]"
    )]
    [InlineData(""" "email":{"replyTo":"\u3000bob@example.org"} """, "content.email.replyTo[0]")]
    [InlineData(""" "email":{"replyTo":[{"address":"bob@example.org","name":"B\nb"}]} """, "content.email.replyTo[0]")]
    [InlineData(""" "email":{"cc":[{"address":"bob@example.org","mail":1}]} """, "content.email.cc[0].mail")]
    [InlineData(""" "email":{"headers":{"X-A":"a\r\nBcc: b"}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":""}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":"a\u2028b"}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":5}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":" a"}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":"a\u3000"}} """, "content.email.headers.X-A")]
    [InlineData(""" "email":{"headers":{"X-A":"1","x-a":"2"}} """, "content.email.headers.x-a")]
    [InlineData(""" "email":{"headers":{"X A":"1"}} """, "content.email.headers")]
    [InlineData(""" "email":{"headers":{"X-Å":"1"}} """, "content.email.headers")]
    [InlineData(""" "email":{"headers":{"X:":"1"}} """, "content.email.headers")]
    [InlineData(""" "email":{"headers":{"":"1"}} """, "content.email.headers")]
    [InlineData(
        """ "email":{"headers":{"MIME-version":"a","from":"a","TO":"a","Subject":"a","date":"a","message-id":"a"}} """,
        "content.email.headers.TO",
        "content.email.headers.Subject",
        "content.email.headers.MIME-version",
        "content.email.headers.date",
        "content.email.headers.from",
        "content.email.headers.message-id"
    )]
    [InlineData(
        """ "email":{"headers":{"Content-Type":"a","Resent-To":"a","DKIM-Signature":"a","List-Unsubscribe":"a"}} """,
        "content.email.headers.Content-Type",
        "content.email.headers.DKIM-Signature",
        "content.email.headers.List-Unsubscribe",
        "content.email.headers.Resent-To"
    )]
    [InlineData($$""" "html":"<p/>","email":{"inlineImages":{{Logo}}} """, "content.email.inlineImages[0].contentId")]
    [InlineData($$""" "email":{"inlineImages":{{Logo}}} """, "content.email.inlineImages[0].contentId")]
    [InlineData(""" "html":"<img src='cid:logo'>" """, "content.html")]
    [InlineData($$""" "html":"<img src='cid:logo'><img src='CID:other'>","email":{"inlineImages":{{Logo}}} """, "content.html")]
    [InlineData(
        $$""" "html":"<img src='cid:a'>","email":{"inlineImages":[{"contentId":"a b","mediaType":"text/a","base64":""}]} """,
        "content.email.inlineImages[0].base64",
        "content.email.inlineImages[0].contentId",
        "content.email.inlineImages[0].mediaType"
    )]
    [InlineData(
        $$""" "html":"<img src='cid:a'>","email":{"inlineImages":[{"contentId":"a","mediaType":"image/png","base64":"%"}]} """,
        "content.email.inlineImages[0].base64"
    )]
    [InlineData(
        $$"""
             "html":"<img src='cid:a'>","email":{"inlineImages":[
                {"contentId":"a","mediaType":"image/png","base64":"{{Pixel}}"},
            {"contentId":"a","mediaType":"image/png","base64":"{{Pixel}}"}]}
            """,
        "content.email.inlineImages[1].contentId"
    )]
    public async Task A_wrong_value_is_named(string fields, params string[] names)
    {
        var app = shared.Application;

        var content = $$"""{"body":"Text",{{fields}} }""";
        using var response = await app.TriggerAsync($$"""{"to":{"email":"ada@example.org"},"content":{{content}} }""");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(names.Order(StringComparer.Ordinal), problem.Fields().Order(StringComparer.Ordinal));
        Assert.DoesNotContain("bob@", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<img src=\"cid:logo\">")]
    [InlineData("<IMG alt='cid:other' SRC = CID:logo >")]
    [InlineData("<p>cid:other</p><img src=' cid:log%6F '><!-- <img src='cid:other'> -->")]
    [InlineData("<td background='cid:logo'><script>'<img src=\"cid:other\">'</script>")]
    [InlineData("<img srcset='https://example.org/a.png 1x, cid:logo 2x'>")]
    [InlineData("<img src='cid:&#108;ogo'>")]
    [InlineData("<p style=\"color: red; background: url( 'cid:logo' ) no-repeat\">")]
    [InlineData("<style>p::after { content: 'cid:other'; background: URL(cid:logo) }</style>")]
    [InlineData("<!--[if mso]><v:fill o:href='cid:logo'/><![endif]-->")]
    [InlineData("<title>cid:other</title><a href='cid:logo'")]
    [InlineData("< img src='cid:other'><1 src='cid:other'><img src='cid:logo'")]
    public async Task Html_shows_an_image_in_every_way_that_mail_programs_know(string html)
    {
        var app = shared.Application;

        using var response = await app.TriggerAsync(
            $$"""
            {"to":{"email":"ada@example.org"},"content":{"title":"Logo","html":{{JsonSerializer.Serialize(
                html
            )}},"email":{"inlineImages":{{Logo}} } } }
            """
        );

        Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await ErrorAsync(response)));
    }

    [Theory]
    [InlineData("<p>\n<img src='cid:logo'>\n <img src='cid:ada@example.org'>", "Line 3, column 12: ")]
    [InlineData("<img src=cid:logo><img src='cid:'>", "Line 1, column 29: ")]
    public async Task A_reference_to_nothing_is_told_by_its_place_and_not_by_its_text(string html, string message)
    {
        var app = shared.Application;

        using var response = await app.TriggerAsync(
            $$"""
            {"to":{"email":"ada@example.org"},"content":{"html":{{JsonSerializer.Serialize(
                html
            )}},"email":{"inlineImages":{{Logo}} } } }
            """
        );

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        var error = problem.ErrorsIn("content.html")[0].Text("message");
        Assert.StartsWith(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EmailContent.MaxCopies, EmailContent.MaxReplyTo, EmailContent.MaxHeaders, EmailContent.MaxInlineImages)]
    [InlineData(EmailContent.MaxCopies + 1, 0, 0, 0, "content.email.cc")]
    [InlineData(0, EmailContent.MaxReplyTo + 1, 0, 0, "content.email.replyTo")]
    [InlineData(0, 0, EmailContent.MaxHeaders + 1, 0, "content.email.headers")]
    [InlineData(0, 0, 0, EmailContent.MaxInlineImages + 1, "content.email.inlineImages")]
    public async Task Lists_have_the_documented_lengths(int copies, int replyTo, int headers, int images, params string[] names)
    {
        var app = shared.Application;
        var ids = Enumerable.Range(0, images).Select(i => $"i{i}").ToArray();
        var content = new
        {
            html = string.Concat(ids.Select(id => $"<img src='cid:{id}'>")) + "<p>Text</p>",
            email = new
            {
                cc = Enumerable.Range(0, copies - copies / 2).Select(i => $"c{i}@example.org"),
                bcc = Enumerable.Range(0, copies / 2).Select(i => $"b{i}@example.org"),
                replyTo = Enumerable.Range(0, replyTo).Select(i => $"r{i}@example.org"),
                headers = Enumerable
                    .Range(0, headers)
                    .ToDictionary(i => $"X-{i}", i => new string('v', EmailContent.MaxHeaderValueLength)),
                inlineImages = ids.Select(contentId => new
                {
                    contentId,
                    mediaType = "image/png",
                    base64 = Pixel,
                }),
            },
        };

        using var response = await app.TriggerAsync(
            JsonSerializer.Serialize(new { to = new { email = "ada@example.org" }, content })
        );

        if (names.Length == 0)
            Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await ErrorAsync(response)));
        else
            Assert.Equal(names, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Theory]
    [InlineData(EmailContent.MaxInlineImageBytes, 5)]
    [InlineData(EmailContent.MaxInlineImageBytes, 6, "content.email.inlineImages")]
    [InlineData(EmailContent.MaxInlineImageBytes + 1, 1, "content.email.inlineImages[0].base64")]
    public async Task Images_have_the_documented_sizes(int size, int count, params string[] names)
    {
        var app = shared.Application;
        var ids = Enumerable.Range(0, count).Select(i => $"i{i}").ToArray();
        var content = new
        {
            html = string.Concat(ids.Select(id => $"<img src='cid:{id}'>")),
            email = new
            {
                inlineImages = ids.Select(contentId => new
                {
                    contentId,
                    mediaType = "image/png",
                    base64 = new byte[size],
                }),
            },
        };

        using var response = await app.TriggerAsync(
            JsonSerializer.Serialize(new { to = new { email = "ada@example.org" }, content })
        );

        if (names.Length == 0)
            Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await ErrorAsync(response)));
        else
            Assert.Equal(names, (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
}
