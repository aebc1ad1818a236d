using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Notify.Hosting;

namespace Notify.Host;

/// <summary>Decides whether calls need a key, and creates the first administrator key of an installation.</summary>
internal static class FirstKey
{
    /// <summary>
    /// Returns whether every call needs a key: <c>Notify:RequireKey</c>, by default if the host listens on an address that other
    /// machines can reach.
    /// </summary>
    public static bool IsRequired(IConfiguration configuration) =>
        configuration.GetValue<bool?>("Notify:RequireKey") ?? GetAddresses(configuration).Any(address => !IsLoopback(address));

    /// <summary>Creates an administrator key and prints it, if calls need a key and there is none.</summary>
    public static async Task PrintAsync(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value;
        if (!options.RequireKey || options.ApiKeys.Count > 0)
            return;

        var draft = new ApiKeyDraft
        {
            Name = "first administrator",
            Scopes = ApiScope.Send | ApiScope.Read | ApiScope.Manage | ApiScope.Admin | ApiScope.Platform,
        };
        if (await app.Services.GetRequiredService<IApiKeys>().CreateFirstAsync(draft) is { } issued)
        {
            Console.WriteLine(
                $"""

                  This is the first start. Keep this administrator key, which is not shown again:

                NOTIFY_KEY={issued.Secret}
                """
            );
        }
    }

    // The settings that Kestrel reads. It ignores all others if its own section names any.
    private static IEnumerable<string> GetAddresses(IConfiguration configuration)
    {
        string[] kestrel =
        [
            .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>(),
        ];
        if (kestrel.Length > 0)
            return kestrel;
        if (configuration["urls"] is { Length: > 0 } urls)
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // These ports are opened on every address.
        return
        [
            $"{configuration["http_ports"]}{configuration["https_ports"]}" is { Length: > 0 }
                ? "http://*:80"
                : "http://localhost",
        ];
    }

    private static bool IsLoopback(string address) =>
        BindingAddress.Parse(address) is var binding
        && (
            binding.IsUnixPipe
            || binding.IsNamedPipe
            || binding.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (System.Net.IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && System.Net.IPAddress.IsLoopback(ip))
        );
}
