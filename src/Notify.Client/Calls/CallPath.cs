using System.Globalization;
using System.Text;

namespace Notify.Client.Calls;

/// <summary>The path and the query of a call.</summary>
internal sealed class CallPath
{
    private readonly StringBuilder _text;
    private bool _hasQuery;

    private CallPath(string text) => _text = new StringBuilder(text);

    /// <summary>Starts a path.</summary>
    public static CallPath Create(string path) => new(path);

    /// <summary>Adds a segment.</summary>
    /// <param name="field">The name of the value for the caller.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidRequestException">The value cannot be a segment of a path.</exception>
    public CallPath Add(string field, string value)
    {
        ArgumentNullException.ThrowIfNull(value, field);
        // An empty segment would be another endpoint, and every client resolves one or two dots, even if they are encoded.
        if (value is "" or "." or "..")
            throw new InvalidRequestException([
                new FieldError(
                    field,
                    FieldErrorCodes.Invalid,
                    "Must not be empty, a dot or two dots, which a URL cannot contain."
                ),
            ]);
        _text.Append('/').Append(Uri.EscapeDataString(value));
        return this;
    }

    public CallPath Add(Guid value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"/{value}");
        return this;
    }

    /// <summary>Adds a fixed segment.</summary>
    public CallPath Add(string segment)
    {
        _text.Append('/').Append(segment);
        return this;
    }

    /// <summary>Adds a parameter of the query, unless it has no value.</summary>
    public CallPath With(string name, string? value)
    {
        if (value is null)
            return this;
        _text.Append(_hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _hasQuery = true;
        return this;
    }

    public CallPath With(string name, int? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public CallPath With(string name, DateTimeOffset? value) => With(name, value?.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>Adds the page to list.</summary>
    public CallPath With(PageRequest? page)
    {
        if (page is null)
            return this;
        With("prefix", page.Prefix.Length > 0 ? page.Prefix : null);
        With("after", page.After.Length > 0 ? page.After : null);
        return With("limit", page.Limit);
    }

    /// <summary>Reads the position from the path of the next page.</summary>
    /// <returns>The position; null for the last page.</returns>
    public static string? ReadAfter(string? next)
    {
        if (next is null || next.IndexOf('?', StringComparison.Ordinal) is not (>= 0 and var query))
            return null;
        var after = next[(query + 1)..]
            .Split('&')
            .FirstOrDefault(parameter => parameter.StartsWith("after=", StringComparison.Ordinal));
        return after is null ? null : Uri.UnescapeDataString(after["after=".Length..].Replace('+', ' '));
    }

    public override string ToString() => _text.ToString();
}
