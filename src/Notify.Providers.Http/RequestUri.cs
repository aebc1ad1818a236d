using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers.Http;

/// <summary>URLs of others, which are called exactly as they were given.</summary>
public static class RequestUri
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// Parses an absolute URL whose path and query are sent as they are written. <see cref="Uri"/> alone rewrites them: it
    /// decodes <c>%7E</c> and <c>%41</c>, and removes <c>/../</c>. A server that compares or signs the path would not recognise
    /// it.
    /// </summary>
    /// <remarks>
    /// A URL with spaces or letters beyond ASCII has no form that could be sent, and is escaped as <see cref="Uri"/> does.
    /// </remarks>
    /// <param name="url">The URL.</param>
    /// <param name="uri">The parsed URL, without its fragment.</param>
    public static bool TryParse(string? url, [NotNullWhen(true)] out Uri? uri)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out uri) || !HasHost(uri))
            return false;
        // Without a path there is nothing to keep, and the request line needs the slash that Uri adds.
        if (HasPath(url) && !url.AsSpan().ContainsAnyExceptInRange('!', '~'))
            uri = new Uri(url.Split('#', 2)[0], AsGiven);
        return true;
    }

    // A name that no international domain name encodes is found out only when it is asked for.
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
