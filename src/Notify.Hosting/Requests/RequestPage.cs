using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>Which part of a list the query asks for.</summary>
internal sealed class RequestPage
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 500;

    private RequestPage() { }

    /// <summary>The last one of the page before; null for the first page.</summary>
    public JsonField? After { get; private set; }

    public int Limit { get; private set; } = DefaultLimit;

    /// <summary>How many to look for: one more than is shown tells whether there is a next page.</summary>
    public int LookFor => Limit + 1;

    public static RequestPage Read(HttpRequest request, FieldErrors errors) =>
        Read(request, errors, field => field.Unknown("after", "limit"));

    /// <param name="request">The request.</param>
    /// <param name="errors">Where what is wrong is added.</param>
    /// <param name="other">Takes the parameters that are not the page's.</param>
    public static RequestPage Read(HttpRequest request, FieldErrors errors, Action<JsonField> other)
    {
        var page = new RequestPage();
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "after":
                    page.After = field;
                    break;
                case "limit":
                    page.Limit = ReadLimit(field);
                    break;
                default:
                    other(field);
                    break;
            }
        }

        return page;
    }

    /// <summary>Where the next page is, or null after the last one.</summary>
    public string? Next<T>(HttpRequest request, IReadOnlyList<T> found, Func<T, string> key) =>
        found.Count <= Limit ? null : NextAfter(request, key(found[Limit - 1]));

    /// <summary>Where the page after this last key is.</summary>
    public static string NextAfter(HttpRequest request, string last)
    {
        var query = request.Query.Where(parameter => parameter.Key != "after").Append(new("after", last));
        return $"{request.PathBase}{request.Path}{QueryString.Create(query)}";
    }

    private static int ReadLimit(JsonField field)
    {
        if (
            field.Value.ValueKind == JsonValueKind.String
            && int.TryParse(field.Value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is >= 1 and <= MaxLimit
        )
            return limit;

        field.Wrong($"Use a number from 1 to {MaxLimit}.");
        return DefaultLimit;
    }
}
