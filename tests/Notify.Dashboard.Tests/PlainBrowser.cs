using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Notify.Dashboard.Tests;

/// <summary>
/// A browser without scripts: it keeps cookies, follows redirections, resolves relative links, and submits forms with the fields
/// that a page has.
/// </summary>
internal sealed class PlainBrowser(Uri root, CookieContainer? cookies = null) : IDisposable
{
    private readonly IBrowsingContext _context = BrowsingContext.New(Configuration.Default);
    private readonly HttpClient _client = new(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer() });

    public IHtmlDocument Page { get; private set; } = null!;

    public HttpResponseMessage Response { get; private set; } = null!;

    /// <summary>Gets the status of the last response.</summary>
    public HttpStatusCode Status => Response.StatusCode;

    /// <summary>Gets the text of the page.</summary>
    public string Text => string.Join(' ', Page.Body!.TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Gets the path of the page below the root of the dashboard.</summary>
    public string Path => GetPath(Response.RequestMessage!.RequestUri!);

    /// <summary>Gets the path of a URL below the root of the dashboard.</summary>
    public string GetPath(Uri url) => root.MakeRelativeUri(url).ToString();

    public Task<IHtmlDocument> OpenAsync(string path = "") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(root, path)));

    public Task<IHtmlDocument> FollowAsync(IElement link) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Resolve(link.GetAttribute("href")!)));

    /// <summary>Follows the link with a text.</summary>
    public Task<IHtmlDocument> FollowAsync(string text) =>
        FollowAsync(Page.QuerySelectorAll("a").First(link => link.TextContent.Trim() == text));

    /// <summary>Presses the button with a text, after filling in the fields of its form.</summary>
    public Task<IHtmlDocument> PressAsync(string text, params (string Name, string Value)[] fields)
    {
        var button = Page.QuerySelectorAll<IHtmlButtonElement>("button").First(button => button.TextContent.Trim() == text);
        var form = button.Form!;
        var values = ReadFields(form).Where(field => fields.All(given => given.Name != field.Name)).Concat(fields).ToList();
        if (button.Name is { Length: > 0 } name)
            values.Add((name, button.Value));
        var action = Resolve(button.GetAttribute("formaction") ?? form.GetAttribute("action") ?? "");
        return Submit(form.GetAttribute("method") ?? "get", action, values);
    }

    public Task<IHtmlDocument> PostAsync(string path, params (string Name, string Value)[] fields) =>
        Submit("post", new Uri(root, path), fields);

    public async Task<IHtmlDocument> SendAsync(HttpRequestMessage request)
    {
        Response = await _client.SendAsync(request);
        var html = await Response.Content.ReadAsStringAsync();
        var address = Response.RequestMessage!.RequestUri!.ToString();
        Page = (IHtmlDocument)await _context.OpenAsync(page => page.Content(html).Address(address));
        return Page;
    }

    /// <summary>Resolves a link of the page.</summary>
    public Uri Resolve(string link) => new(Response.RequestMessage!.RequestUri!, link);

    public void Dispose()
    {
        _client.Dispose();
        _context.Dispose();
    }

    private Task<IHtmlDocument> Submit(string method, Uri action, IEnumerable<(string Name, string Value)> fields)
    {
        var pairs = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToList();
        if (method == "post")
            return SendAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(pairs) });

        var query = string.Join(
            '&',
            pairs.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}")
        );
        return SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{action.GetLeftPart(UriPartial.Path)}?{query}"));
    }

    private static IEnumerable<(string Name, string Value)> ReadFields(IHtmlFormElement form) =>
        form.Elements.SelectMany(element =>
            element switch
            {
                IHtmlInputElement { Type: "checkbox" or "radio", IsChecked: false } => [],
                IHtmlInputElement { Name.Length: > 0 } input => [(input.Name!, input.Value)],
                IHtmlTextAreaElement { Name.Length: > 0 } area => [(area.Name!, area.Value)],
                IHtmlSelectElement { Name.Length: > 0 } select => [(select.Name!, select.Value ?? "")],
                _ => Array.Empty<(string, string)>(),
            }
        );
}
