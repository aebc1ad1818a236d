using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Host.Reference;
using Notify.Hosting;
using Notify.Providers;

namespace Notify.Host;

/// <summary>Prints the address of the host and a command to try it with, once the host is ready.</summary>
internal static class Welcome
{
    public static void Print(WebApplication app, Roles roles)
    {
        var address = string.Join(", ", app.Urls.Select(ToReachable));
        if (!roles.IsGateway)
        {
            Console.WriteLine($"\n  Notify is ready: {address} ({roles.Names})\n");
            return;
        }

        var options = app.Services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value;
        var key = options.ApiKeys.Count > 0 ? "Notify__ApiKey" : "NOTIFY_KEY";
        var isProtected = options.RequireKey || options.ApiKeys.Count > 0;
        var authorization = isProtected ? $" -H \"Authorization: Bearer ${key}\"" : "";
        var reachable = ToReachable(app.Urls.First());
        var dashboard = DashboardSettings.GetPath(app.Configuration.GetSection("Notify"), roles);
        var (hint, trigger) = CreateExample(app.Services, dashboard is null ? null : $"{reachable}{dashboard}/sandbox");
        Console.WriteLine(
            $"""

              Notify is ready: {address}

              {hint}

            curl -H 'Content-Type: application/json'{authorization} -d '{trigger}' {reachable}/v1/notifications

            """
        );
        if (ReferencePage.GetPath(app.Configuration.GetSection("Notify"), roles) is { } reference)
            Console.WriteLine($"  Read and try every call: {reachable}{reference}/\n");
    }

    /// <summary>
    /// Creates a trigger that the configured providers accept. The sandbox shows it; other providers send it to an example
    /// address.
    /// </summary>
    private static (string Hint, string Trigger) CreateExample(IServiceProvider services, string? sandbox)
    {
        var providers = services
            .GetServices<IDeliveryProvider>()
            .Where(provider => provider is not ITestDeliveryProvider)
            .ToArray();
        var isSandbox = providers.All(provider => provider.Name.StartsWith("sandbox", StringComparison.Ordinal));
        var platforms = services.GetServices<ProviderPlatforms>().ToDictionary(known => known.Provider, known => known.Platforms);
        object[] to =
        [
            .. providers
                .DistinctBy(provider => provider.Channel)
                .Where(provider => !isSandbox || provider.Channel != Channel.Webhook)
                .OrderBy(provider => provider.Channel.Name, StringComparer.Ordinal)
                .Select(provider =>
                    CreateRecipient(provider, platforms.GetValueOrDefault(provider.Name)?[0] ?? Platform.Android)
                ),
        ];
        var trigger = JsonSerializer.Serialize(
            new { to, content = new { title = "Hello", body = "Your first notification" } },
            new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
        return (
            isSandbox
                ? $"Send a push, an SMS and an email, and see them {(sandbox is null ? "captured" : $"at {sandbox}")}:"
                : "Send a message. Replace the example address with your own:",
            trigger
        );
    }

    private static object CreateRecipient(IDeliveryProvider provider, Platform platform) =>
        provider.Channel.Name switch
        {
            "push" => new { pushToken = CreateToken(platform), platform = platform.Name },
            "sms" => new { phone = "+46701234567" },
            "email" => new { email = "ada@example.org" },
            "webhook" => new { webhook = "https://example.org/hook" },
            var other => new { channel = other, address = "example" },
        };

    /// <summary>
    /// Creates a push token in the platform's form. APNs requires hexadecimal digits, and a browser's subscription is JSON.
    /// </summary>
    private static string CreateToken(Platform platform) =>
        platform.Name switch
        {
            "ios" => new string('0', 64),
            "web" => JsonSerializer.Serialize(
                new
                {
                    endpoint = "https://push.example.org/subscription",
                    keys = new
                    {
                        p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                        auth = "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                }
            ),
            _ => "my-phone",
        };

    // A wildcard host is where the server listens, not an address that a client can call.
    private static string ToReachable(string url) =>
        new[] { "*", "+", "0.0.0.0", "[::]" }.Aggregate(url, (reachable, any) => reachable.Replace($"//{any}:", "//localhost:"));
}
