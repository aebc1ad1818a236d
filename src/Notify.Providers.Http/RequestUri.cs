using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers.Http;

/// <summary>Parses URLs that users give, which are called exactly as they were given.</summary>
public static class RequestUri
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// Parses an absolute URL whose path and query are sent as they are written. <see cref="Uri"/> alone rewrites them: it
    /// decodes <c>%7E</c> and <c>%41</c>, and removes <c>/../</c>. A server that compares or signs the path would not recognize
    /// the result.
    /// </summary>
    /// <remarks>
    /// A URL with spaces or letters beyond ASCII cannot be sent as it is, so <see cref="Uri"/> escapes it.
    /// </remarks>
    /// <param name="url">The URL.</param>
    /// <param name="uri">The parsed URL, without its fragment.</param>
    public static bool TryParse(string? url, [NotNullWhen(true)] out Uri? uri)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out uri) || !HasHost(uri))
            return false;
        // A URL without a path has nothing to keep, and the request line needs the slash that Uri adds.
        if (HasPath(url) && !url.AsSpan().ContainsAnyExceptInRange('!', '~'))
            uri = new Uri(url.Split('#', 2)[0], AsGiven);
        return true;
    }

    // Uri detects only here that a name has no form as an internationalized domain name.
    private static bool HasHost(Uri uri)
    {
        try
        {
            return uri.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static bool HasPath(string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var end = url.AsSpan(authority).IndexOfAny("/?#");
        return end >= 0 && url[authority + end] == '/';
    }
}
