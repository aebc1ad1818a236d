using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Core.Validation;

namespace Notify.Hosting.Requests;

/// <summary>The page of a list that a query requests.</summary>
internal sealed class RequestPage
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = PageLimit.Max;

    private int _maxLimit = MaxLimit;

    private RequestPage() { }

    /// <summary>Gets the last item of the previous page, or null for the first page.</summary>
    public JsonField? After { get; private set; }

    public int Limit { get; private set; } = DefaultLimit;

    /// <summary>
    /// Gets the number of items to fetch. It is one more than the page shows, which reveals whether there is a next page.
    /// </summary>
    public int FetchCount => Limit + 1;

    public static RequestPage Read(HttpRequest request, FieldErrors errors) =>
        Read(request, errors, field => field.Unknown("after", "limit"));

    /// <summary>Reads the page from the query.</summary>
    /// <param name="request">The request.</param>
    /// <param name="errors">The errors to add to.</param>
    /// <param name="other">Reads the parameters that do not belong to the page.</param>
    /// <param name="maxLimit">The maximum limit.</param>
    public static RequestPage Read(HttpRequest request, FieldErrors errors, Action<JsonField> other, int maxLimit = MaxLimit)
    {
        var page = new RequestPage { _maxLimit = maxLimit };
        foreach (var field in RequestQuery.Fields(request, errors))
        {
            switch (field.Name)
            {
                case "after":
                    page.After = field;
                    break;
                case "limit":
                    page.Limit = page.ReadLimit(field);
                    break;
                default:
                    other(field);
                    break;
            }
        }

        return page;
    }

    /// <summary>Gets the page of a list that is ordered by IDs, and adds an error if the last item is not an ID.</summary>
    public PageRequest ToRequest() => new() { After = After?.Id()?.ToString() ?? "", Limit = Limit };

    /// <summary>Gets the page of a list of versions, and adds an error if the last item is not one.</summary>
    public PageRequest ToVersionRequest()
    {
        if (After is null)
            return new PageRequest { Limit = Limit };

        var last = After.Text();
        if (!int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            After.Wrong(FieldErrorCodes.Invalid, "Use the path in next of the page before.");
        return new PageRequest { After = last ?? "", Limit = Limit };
    }

    /// <summary>Gets the URL of the next page, or null if this is the last one.</summary>
    public string? Next<T>(HttpRequest request, IReadOnlyList<T> found, Func<T, string> key) =>
        found.Count <= Limit ? null : NextAfter(request, key(found[Limit - 1]));

    /// <summary>Gets the URL of the page that follows another, or null if that is the last one.</summary>
    public static string? NextAfter<T>(HttpRequest request, Page<T> page) =>
        page.Next is { } last ? NextAfter(request, last) : null;

    /// <summary>Gets the URL of the page that follows an item.</summary>
    public static string NextAfter(HttpRequest request, string last)
    {
        var query = request.Query.Where(parameter => parameter.Key != "after").Append(new("after", last));
        return $"{request.PathBase}{request.Path}{QueryString.Create(query)}";
    }

    private int ReadLimit(JsonField field)
    {
        if (
            field.Value.ValueKind == JsonValueKind.String
            && int.TryParse(field.Value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit >= 1
            && limit <= _maxLimit
        )
            return limit;

        field.Wrong(FieldErrorCodes.OutOfRange, $"Use a number from 1 to {_maxLimit}.");
        return DefaultLimit;
    }
}
