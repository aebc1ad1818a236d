using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Notify.Hosting.PreferencePages;

/// <summary>
/// The page of preferences: a form that works without a script, with a group of boxes for each category. It loads nothing.
/// </summary>
internal static class PreferencePageView
{
    // Names of channels do not contain it.
    private const char Separator = ':';

    private const string Style = """
        :root { color-scheme: light dark }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere }
        h1 { font-size: 1.5rem; line-height: 1.2 }
        fieldset { border: 1px solid; border-radius: .5rem; margin: 0 0 1rem; padding: .5rem 1rem 1rem; min-width: 0 }
        legend { font-weight: 600; padding: 0 .25rem }
        fieldset p { margin: 0 0 .5rem }
        label { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.75rem; margin-right: 1.5rem }
        input { width: 1.25rem; height: 1.25rem; margin: 0 }
        button { font: inherit; min-height: 2.75rem; padding: .5rem 1.25rem; margin: 0 .5rem .5rem 0 }
        [role=status] { border: 2px solid; border-radius: .5rem; padding: .5rem 1rem }
        """;

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    /// <summary>
    /// Gets the policy of the page. It allows only this style, no scripts and no requests, and forms may post only to the same
    /// origin.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Gets the page of a link that does not work. It does not depend on the link.</summary>
    public static string Unknown { get; } =
        CreatePage("en", "This link does not work.", "<p>It may be incomplete or no longer valid.</p>");

    /// <summary>Creates the page of a user.</summary>
    public static string Create(PreferencePage page, PreferencePageOptions options, bool isSaved)
    {
        var (language, texts) = FindTexts(options, page.Locale);
        var content = new StringBuilder();
        if (isSaved)
            content.Append("<p role=\"status\">").Append(Html.Encode(texts.Saved)).Append("</p>\n");
        content.Append("<p>").Append(Html.Encode(texts.Introduction)).Append("</p>\n<form method=\"post\">\n");
        for (var i = 0; i < page.Categories.Count; i++)
            AppendCategory(content, page, i, texts);
        content.Append("<button>").Append(Html.Encode(texts.Save)).Append("</button>\n");
        content
            .Append(CultureInfo.InvariantCulture, $"<button name=\"{PreferencePageEndpoints.Off}\" value=\"all\">")
            .Append(Html.Encode(texts.SwitchAllOff))
            .Append("</button>\n</form>");
        return CreatePage(language, texts.Heading, content.ToString());
    }

    /// <summary>Reads the category and the channel of a box; null if it is not one of this page.</summary>
    public static (string Category, Channel Channel)? ReadCell(string cell) =>
        cell.Split(Separator, 2) is [var name, var category] && Channel.TryParse(name, out var channel)
            ? (category, channel)
            : null;

    private static void AppendCategory(StringBuilder content, PreferencePage page, int index, PreferencePageTexts texts)
    {
        var shown = page.Categories[index];
        var category = shown.Category;
        var title = FindText(category.Titles, page.Locale) ?? category.Title ?? category.Name;
        var description = FindText(category.Descriptions, page.Locale) ?? category.Description;
        var about = description is null ? "" : $" aria-describedby=\"about-{index}\"";
        content.Append(CultureInfo.InvariantCulture, $"<fieldset{about}>\n<legend>{Html.Encode(title)}</legend>\n");
        if (description is not null)
            content.Append(CultureInfo.InvariantCulture, $"<p id=\"about-{index}\">{Html.Encode(description)}</p>\n");
        if (shown.IsAlwaysSent)
            content.Append(CultureInfo.InvariantCulture, $"<p>{Html.Encode(texts.AlwaysSent)}</p>\n");
        foreach (var channel in page.Channels)
            AppendChannel(content, shown, channel, texts);
        content.Append("</fieldset>\n");
    }

    private static void AppendChannel(
        StringBuilder content,
        PreferencePageCategory shown,
        Channel channel,
        PreferencePageTexts texts
    )
    {
        var cell = Html.Encode($"{channel.Name}{Separator}{shown.Category.Name}");
        var state = (shown.Wanted.Contains(channel) ? " checked" : "") + (shown.IsAlwaysSent ? " disabled" : "");
        if (!shown.IsAlwaysSent)
            content.Append(
                CultureInfo.InvariantCulture,
                $"<input type=\"hidden\" name=\"{PreferencePageEndpoints.Shown}\" value=\"{cell}\">"
            );
        content.Append(
            CultureInfo.InvariantCulture,
            $"<label><input type=\"checkbox\" name=\"{PreferencePageEndpoints.Wanted}\" value=\"{cell}\"{state}>"
        );
        content.Append(CultureInfo.InvariantCulture, $"{Html.Encode(GetName(channel, texts))}</label>\n");
    }

    private static string GetName(Channel channel, PreferencePageTexts texts) =>
        texts.Channels.TryGetValue(channel.Name, out var name)
            ? name
            : char.ToUpperInvariant(channel.Name[0]) + channel.Name[1..];

    private static (string Language, PreferencePageTexts Texts) FindTexts(PreferencePageOptions options, string? locale)
    {
        foreach (var tag in GetFallbacks(locale))
        {
            if (options.Texts.TryGetValue(tag, out var texts))
                return (tag.Length == 0 ? "en" : tag, texts);
        }

        return ("en", new PreferencePageTexts());
    }

    private static string? FindText(IDictionary<string, string> texts, string? locale)
    {
        foreach (var tag in GetFallbacks(locale))
        {
            if (tag.Length > 0 && texts.TryGetValue(tag, out var text))
                return text;
        }

        return null;
    }

    /// <summary>Gets the tags to look up (RFC 4647 section 3.4): <c>pt-BR</c>, <c>pt</c>, then the default.</summary>
    private static IEnumerable<string> GetFallbacks(string? locale)
    {
        for (var tag = locale ?? ""; tag.Length > 0; tag = tag[..Math.Max(0, tag.LastIndexOf('-'))])
            yield return tag;
        yield return "";
    }

    private static string CreatePage(string language, string title, string content) =>
        $"""
            <!doctype html>
            <html lang="{Html.Encode(language)}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Html.Encode(title)}</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{Html.Encode(title)}</h1>
            {content}
            </main>
            </body>
            </html>
            """;
}
