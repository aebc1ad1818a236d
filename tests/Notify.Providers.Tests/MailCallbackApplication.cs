using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Notify.FakeGateways.Smtp;
using Notify.TestSupport;

namespace Notify.Providers.Tests;

/// <summary>An application that sends email through a vendor and accepts the vendor's events.</summary>
internal sealed partial class MailCallbackApplication : IAsyncDisposable
{
    public const string Key = "a key that signs the references of emails";

    private readonly WebApplication _application;
    private readonly SmtpGateway _gateway;
    private readonly FakeLoggerProvider _logs;

    private MailCallbackApplication(WebApplication application, SmtpGateway gateway, FakeLoggerProvider logs)
    {
        (_application, _gateway, _logs) = (application, gateway, logs);
        Client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IEnumerable<string> Logs => _logs.ReadLines();

    public static async Task<MailCallbackApplication> StartAsync(
        Action<INotificationProviderBuilder> addCallback,
        Action<IServiceCollection>? services = null
    )
    {
        var gateway = SmtpGateway.Start();
        var logs = new FakeLoggerProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        var mail = builder
            .Services.AddNotifications(options => options.PollInterval = TimeSpan.FromMilliseconds(20))
            .UseInMemory()
            .AddSmtp("mail", smtp =>
                (smtp.Host, smtp.Port, smtp.Security, smtp.From) = (
                    "localhost",
                    gateway.Port,
                    Smtp.SmtpSecurity.None,
                    "shop@example.org"
                )
            );
        addCallback(mail);
        services?.Invoke(builder.Services);
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapNotifications();
        await application.StartAsync();
        return new MailCallbackApplication(application, gateway, logs);
    }

    /// <summary>Sends an email.</summary>
    /// <returns>The notification, and a header of the email as the vendor received it, unfolded.</returns>
    public async Task<(string Url, string Header)> SendAsync(
        string header,
        string tenant = "default",
        string to = """{"email":"ada@example.org"}""",
        string email = "{}"
    )
    {
        var before = _gateway.Messages.Count;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/notifications")
        {
            Content = new StringContent(
                $$$"""{"to":{{{to}}},"channels":["email"],"content":{"title":"Hello","body":"Text","email":{{{email}}}}}""",
                null,
                "application/json"
            ),
            Headers = { { "X-Notify-Tenant", tenant } },
        };
        using var answer = await Client.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var url = answer.Headers.Location!.ToString();
        await Eventually.TrueAsync(
            async () => (await ReadAsync(url, tenant)).GetProperty("counts").GetProperty("sent").GetInt32() == 1,
            "the email to be sent"
        );
        var message = _gateway.Messages.ElementAt(before).Content;
        var headers = Fold().Replace(System.Text.Encoding.UTF8.GetString(message.Span).Split("\r\n\r\n")[0], "$1");
        return (url, string.Join('\n', headers.Split("\r\n").Where(line => line.StartsWith(header, StringComparison.Ordinal))));
    }

    public async Task<JsonElement> ReadAsync(string url, string tenant = "default")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "X-Notify-Tenant", tenant } } };
        using var answer = await Client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Reads the kinds and the details of the receipts of the only delivery.</summary>
    public async Task<string[]> ReceiptsAsync(string url, string tenant = "default") =>
        [
            .. (await ReadAsync(url, tenant))
                .GetProperty("deliveries")
                .GetProperty("items")[0]
                .GetProperty("receipts")
                .EnumerateArray()
                .Select(receipt =>
                    receipt.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String
                        ? $"{receipt.GetProperty("kind").GetString()} ({detail.GetString()})"
                        : receipt.GetProperty("kind").GetString()!
                ),
        ];

    public async Task<(HttpStatusCode Status, string? Code)> PostAsync(
        HttpContent body,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/callbacks/mail") { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await Client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.NoContent
            ? (answer.StatusCode, null)
            : (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    /// <summary>Makes Ada a user with this address.</summary>
    public async Task AddAdaAsync()
    {
        using var answer = await Client.PutAsJsonAsync("/v1/users/ada", new { addresses = new { email = "ada@example.org" } });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Reads how Ada's preferences came about.</summary>
    public async Task<string?[]> OptOutsOfAdaAsync() =>
        [
            .. (await Client.GetFromJsonAsync<JsonElement>("/v1/users/ada/preferences"))
                .GetProperty("items")
                .EnumerateArray()
                .Where(preference => preference.GetProperty("status").GetString() == "optedOut")
                .Select(preference => preference.GetProperty("source").GetString()),
        ];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
        await _gateway.DisposeAsync();
        _logs.Dispose();
    }

    [GeneratedRegex("\r\n([ \t])")]
    private static partial Regex Fold();
}
