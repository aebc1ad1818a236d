using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>Tests of senders and of attachments by URL over HTTP, which the provider must allow.</summary>
public sealed class MessageFieldsOverHttpTests(MessageFieldsOverHttpTests.Mail mail)
    : IClassFixture<MessageFieldsOverHttpTests.Mail>
{
    [Theory]
    [InlineData("\"news@example.org\"", null)]
    [InlineData("""{"address":"news@example.org","name":"News"}""", "News")]
    public async Task A_sender_and_urls_reach_the_provider(string from, string? name)
    {
        var app = mail.App;
        const string attachments = """
            [{"url":"https://files.example.org/a.pdf?signature=x"},
             {"url":"https://files.example.org/b","fileName":"b.pdf","mediaType":"application/pdf"},
             {"fileName":"c.txt","mediaType":"text/plain","base64":"aGVsbG8="}]
            """;

        var url = await app.AcceptAsync(
            $$"""
            {"to":{"email":"ada@example.org"},
             "content":{"body":"Text","email":{"from":{{from}} },"sms":{"from":"Shop"},"attachments":{{attachments}} } }
            """
        );
        var timeline = await app.WhenAsync(url, "sent", 1);

        var id = timeline.GetProperty("deliveries").GetProperty("items")[0].GetProperty("id").GetGuid();
        var content = mail.Sent.Single(delivery => delivery.Id == id).Content;
        Assert.Equal(("news@example.org", name), (content.Email!.From!.Address, content.Email.From.Name));
        Assert.Equal("Shop", content.Sms!.From);
        Assert.Equal(
            [
                ("https://files.example.org/a.pdf?signature=x", null, null, 0),
                ("https://files.example.org/b", "b.pdf", "application/pdf", 0),
                (null, "c.txt", "text/plain", 5),
            ],
            content.Attachments!.Select(file => (file.Url, file.FileName, file.MediaType, file.Bytes.Length))
        );
    }

    [Theory]
    [InlineData(""" "email":{"from":"eve@example.org"} """, "content.email.from", "not_allowed")]
    [InlineData(""" "email":{"from":"eve"} """, "content.email.from", "invalid_address")]
    [InlineData(""" "email":{"from":["news@example.org"]} """, "content.email.from", "wrong_type")]
    [InlineData(""" "email":{"from":{"address":"news@example.org","name":"a\nb"}} """, "content.email.from", "invalid")]
    [InlineData(""" "email":{"from":{"email":"news@example.org"}} """, "content.email.from.email", "unknown_field")]
    [InlineData(""" "sms":{"from":"much too long"} """, "content.sms.from", "invalid")]
    [InlineData(""" "sms":{"sender":"Shop"} """, "content.sms.sender", "unknown_field")]
    [InlineData(""" "attachments":[{"url":"https://other.example.org/a"}] """, "content.attachments[0].url", "not_allowed")]
    [InlineData(""" "attachments":[{"url":"/a.pdf"}] """, "content.attachments[0].url", "invalid")]
    [InlineData(""" "attachments":[{"url":7}] """, "content.attachments[0].url", "wrong_type")]
    [InlineData(
        """ "attachments":[{"url":"https://files.example.org/a","base64":"YQ=="}] """,
        "content.attachments[0]",
        "conflict"
    )]
    [InlineData(
        """ "attachments":[{"url":"https://files.example.org/a","fileName":"../a"}] """,
        "content.attachments[0].fileName",
        "invalid"
    )]
    [InlineData(""" "attachments":[{}] """, "content.attachments[0]", "required")]
    public async Task A_wrong_value_is_named(string fields, string field, string code)
    {
        using var response = await mail.App.TriggerAsync(
            $$"""{"to":{"email":"ada@example.org"},"content":{"body":"Text",{{fields}} } }"""
        );

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains(code, problem.ErrorsIn(field).Select(error => error.Text("code")));
    }

    [Fact]
    public async Task What_is_allowed_is_told()
    {
        using var response = await mail.App.TriggerAsync(
            """{"to":{"email":"ada@example.org"},"content":{"body":"Text","email":{"from":"eve@example.org"}}}"""
        );

        var error = Assert.Single((await response.ProblemAsync(HttpStatusCode.BadRequest)).ErrorsIn("content.email.from"));
        Assert.Equal("Only news@example.org is allowed.", error.Text("message"));
    }

    [Fact]
    public async Task At_most_ten_files_are_named_by_url()
    {
        var files = string.Join(',', Enumerable.Repeat("""{"url":"https://files.example.org/a"}""", 11));

        using var response = await mail.App.TriggerAsync(
            $$"""{"to":{"email":"ada@example.org"},"content":{"body":"Text","attachments":[{{files}}]} }"""
        );

        Assert.Equal(["content.attachments"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    /// <summary>An application whose email provider allows one sender and one host.</summary>
    public sealed class Mail : IAsyncLifetime
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<Delivery> _sent = new();

        public ApiApplication App { get; private set; } = null!;

        public IEnumerable<Delivery> Sent => _sent;

        public async ValueTask InitializeAsync() =>
            App = await ApiApplication.StartAsync(services: services =>
            {
                services.Configure<ChannelOptions>(Channel.Email.Name, channel => channel.Providers = ["mail"]);
                services.AddSingleton<IProviderRules>(new Rules());
                services.AddSingleton<IDeliveryProvider>(new ScriptedProvider("mail", Channel.Email, delivery =>
                    {
                        _sent.Enqueue(delivery);
                        return Outcome.Sent();
                    }));
            });

        public ValueTask DisposeAsync() => App.DisposeAsync();

        private sealed class Rules : IProviderRules
        {
            public string Provider => "mail";

            public string? FindAddressError(Address address) => null;

            public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

            public string? FindSenderError(string sender) =>
                sender == "news@example.org" ? null : "Only news@example.org is allowed.";

            public string? FindAttachmentUrlError(string url) =>
                url.StartsWith("https://files.example.org/", StringComparison.Ordinal) ? null : "Another host.";
        }
    }
}
