using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>A page of a list that is ordered by name: <c>?prefix=a&amp;after=ada&amp;limit=100</c>.</summary>
internal sealed class NamePage
{
    private readonly RequestPage _page;
    private readonly HttpRequest _request;

    private NamePage(RequestPage page, HttpRequest request) => (_page, _request) = (page, request);

    public string Prefix { get; private init; } = "";

    public string After { get; private init; } = "";

    public static NamePage Read(HttpRequest request, FieldErrors errors)
    {
        var prefix = "";
        var page = RequestPage.Read(request, errors, field =>
        {
            if (field.Name == "prefix")
                prefix = field.Text() ?? "";
            else
                field.Unknown("prefix", "after", "limit");
        });
        return new NamePage(page, request) { Prefix = prefix, After = page.After?.Text() ?? "" };
    }

    /// <summary>Converts the page to a request to the recipients.</summary>
    public PageRequest ToRequest() =>
        new()
        {
            Prefix = Prefix,
            After = After,
            Limit = _page.Limit,
        };

    /// <summary>Gets the URL of the page after an item; null if there is none.</summary>
    public string? Next(string? last) => last is null ? null : RequestPage.NextAfter(_request, last);
}
