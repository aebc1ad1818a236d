namespace Notify.Hosting.Unsubscribing;

/// <summary>
/// The pages that a recipient sees. They do not depend on the link, so they reveal nothing about the recipient.
/// </summary>
internal static class UnsubscribePage
{
    /// <summary>
    /// The policy of the pages. It allows no scripts and no requests, and forms may post only to the same origin.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static string Question { get; } =
        CreatePage(
            "Unsubscribe?",
            """
            <p>You will no longer receive messages of this kind through this channel.</p>
            <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
            """
        );

    public static string Done { get; } =
        CreatePage("You are unsubscribed.", "<p>You will no longer receive messages of this kind through this channel.</p>");

    public static string Unknown { get; } =
        CreatePage("This link does not work.", "<p>It may be incomplete or no longer valid.</p>");

    private static string CreatePage(string title, string content) =>
        $$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{title}}</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }
            h1 { font-size: 1.4rem }
            button { font: inherit; padding: .5rem 1rem }
            </style>
            </head>
            <body>
            <h1>{{title}}</h1>
            {{content}}
            </body>
            </html>
            """;
}
