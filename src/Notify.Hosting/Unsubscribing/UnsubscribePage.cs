namespace Notify.Hosting.Unsubscribing;

/// <summary>What a recipient sees. The pages are the same for everybody: nothing in them tells whose link it was.</summary>
internal static class UnsubscribePage
{
    /// <summary>Runs no script, fetches nothing, and posts to nowhere but where it came from.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static string Question { get; } =
        Page(
            "Unsubscribe?",
            """
            <p>You will get no more messages of this kind this way.</p>
            <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
            """
        );

    public static string Done { get; } =
        Page("You are unsubscribed.", "<p>You will get no more messages of this kind this way.</p>");

    public static string Unknown { get; } =
        Page("This link does not work.", "<p>It may have been cut off, or it is not valid any more.</p>");

    private static string Page(string title, string content) =>
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
