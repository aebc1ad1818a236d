using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Requests;

/// <summary>The format NDJSON: JSON texts in UTF-8, one a line.</summary>
internal static class JsonLines
{
    public const string MediaType = "application/x-ndjson";

    private static readonly string[] MediaTypes = [MediaType, "application/ndjson", "application/jsonl"];

    /// <summary>Returns whether the body of a request has this format.</summary>
    public static bool AreIn(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && MediaTypes.Any(known => type.MediaType.Equals(known, StringComparison.OrdinalIgnoreCase))
        && (
            !type.Charset.HasValue
            || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        );
}
