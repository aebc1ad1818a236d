using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Notify.Hosting.Requests;

/// <summary>Reads preconditions from the headers of a request, and writes versions as entity tags (RFC 9110).</summary>
internal static class RequestPrecondition
{
    /// <summary>Reads <c>If-Match</c> with one entity tag or <c>*</c>, and <c>If-None-Match</c> with <c>*</c>.</summary>
    public static Precondition Read(HttpRequest request, FieldErrors errors)
    {
        var match = RequestValues.Header(request, HeaderNames.IfMatch);
        var noneMatch = RequestValues.Header(request, HeaderNames.IfNoneMatch);
        if (match is not null && noneMatch is not null)
        {
            errors.Add(HeaderNames.IfNoneMatch, FieldErrorCodes.Invalid, "Send If-Match or If-None-Match, not both.");
            return Precondition.None;
        }

        if (noneMatch is not null)
        {
            if (noneMatch.Trim() != "*")
                errors.Add(
                    HeaderNames.IfNoneMatch,
                    FieldErrorCodes.Invalid,
                    "Use *, which requires that the resource does not exist."
                );
            return Precondition.DoesNotExist;
        }

        if (match is null)
            return Precondition.None;
        if (match.Trim() == "*")
            return Precondition.Exists;
        if (!EntityTagHeaderValue.TryParse(match, out var tag) || tag.Tag.Length < 2)
        {
            errors.Add(
                HeaderNames.IfMatch,
                FieldErrorCodes.Invalid,
                "Use * or one entity tag, copied from the ETag header of a response."
            );
            return Precondition.None;
        }

        // A weak tag never matches here (RFC 9110, section 13.1.1). The empty version does not exist.
        return Precondition.HasVersion(tag.IsWeak ? "" : tag.Tag.ToString()[1..^1]);
    }

    /// <summary>Sets the entity tag of the response.</summary>
    public static void SetVersion(HttpResponse response, string? version)
    {
        if (version is not null)
            response.Headers.ETag = Format(version);
    }

    /// <summary>Determines whether the caller of a GET already has a version.</summary>
    public static bool IsKnown(HttpRequest request, string version) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
        && tags.Any(tag => tag.Tag == "*" || tag.Tag == Format(version));

    private static string Format(string version) => $"\"{version}\"";
}
