using System.Net;

namespace Notify.TestSupport;

/// <summary>Extends the HTTP client of a host for tests.</summary>
public static class HostClientExtensions
{
    /// <summary>
    /// Waits until the host is ready. A single answer may be 503 although nothing is wrong, because the check of the store ends
    /// after 2 seconds, and the disk of a busy machine may take longer.
    /// </summary>
    public static Task WaitUntilReadyAsync(this HttpClient client) =>
        Eventually.TrueAsync(
            async () =>
            {
                using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the host to be ready"
        );
}
