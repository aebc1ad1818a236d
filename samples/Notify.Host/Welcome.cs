using Microsoft.Extensions.Options;
using Notify.Hosting;

namespace Notify.Host;

/// <summary>What the console says when the host is ready: where it is, and a command to try it with.</summary>
internal static class Welcome
{
    private const string Trigger =
        """{"to":[{"pushToken":"my-phone","platform":"android"},{"phone":"+46701234567"},{"email":"ada@example.org"}],"""
        + """ "content":{"title":"Hello","body":"Your first notification"}}""";

    public static void Print(WebApplication app, Roles roles)
    {
        var address = string.Join(", ", app.Urls.Select(Reachable));
        if (roles.Endpoints != Endpoints.All)
        {
            var part = roles.Workers == Workers.None ? $"{roles.Endpoints}" : $"{roles.Workers}";
            Console.WriteLine($"\n  Notify is ready: {address} ({part})\n");
            return;
        }

        var hasKey = app.Services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.ApiKeys.Count > 0;
        var authorization = hasKey ? " -H \"Authorization: Bearer $Notify__ApiKey\"" : "";
        Console.WriteLine(
            $"""

              Notify is ready: {address}

              Send a push, an SMS and an email, and see them on that page:

            curl -H 'Content-Type: application/json'{authorization} -d '{Trigger}' {Reachable(app.Urls.First())}/v1/notifications

            """
        );
    }

    private static string Reachable(string url) =>
        new[] { "*", "+", "0.0.0.0", "[::]" }.Aggregate(url, (reachable, any) => reachable.Replace($"//{any}:", "//localhost:"));
}
