using Microsoft.AspNetCore.Http;

namespace Notify.Hosting;

/// <summary>
/// Forwards calls of the HTTP API to other processes. Register an implementation to make an application the gateway of a cluster:
/// <c>MapNotifications</c> then also maps the features that it forwards, and checks the key of a call before it is forwarded.
/// </summary>
public interface IApiForwarder
{
    /// <summary>Gets the features of the API that other processes serve.</summary>
    ApiFeatures Features { get; }

    /// <summary>Forwards a call and copies the answer to the response.</summary>
    /// <param name="context">
    /// The request and the response. Except for a stream of lines, the body is limited to
    /// <see cref="NotificationsApiOptions.MaxBodyBytes"/>.
    /// </param>
    /// <param name="call">What is called.</param>
    /// <returns>
    /// Null if the other process answered. Otherwise the status of the failure, for which a problem document is sent: 400, 408 or
    /// 413 if the body could not be read, 501 if streams of lines (NDJSON) are not forwarded, 502 if the call failed, 503 if no
    /// process is available, and 504 if none answered in time.
    /// </returns>
    ValueTask<int?> ForwardAsync(HttpContext context, ForwardedCall call);
}
