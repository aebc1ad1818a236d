using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Notify.Cli.Output;
using Notify.Cli.Profiles;
using Notify.Cli.Service;
using Notify.Client;

namespace Notify.Cli.Doctor;

/// <summary>Checks a service from outside, and asks it for the state of its providers and engines.</summary>
internal sealed class ServiceChecks(Connection connection, ServiceHttp http, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(2);

    /// <summary>Runs the checks. Those that need an earlier one which failed are left out.</summary>
    public async IAsyncEnumerable<Check> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var live = await AskAsync("health/live", cancellationToken).ConfigureAwait(false);
        using (live.Response)
        {
            if (live.Response is null)
            {
                yield return CheckReachability(live.Failure!);
                yield break;
            }

            yield return Create("reachability", Check.Ok, $"{connection} answers.");
            yield return CheckClock(live.Response);
        }

        var key = await CheckKeyAsync(cancellationToken).ConfigureAwait(false);
        yield return key;
        yield return await CheckReadinessAsync(cancellationToken).ConfigureAwait(false);
        if (key.Status == Check.Failed)
            yield break;

        foreach (var check in await CheckPartsAsync(cancellationToken).ConfigureAwait(false))
            yield return check;
    }

    private async Task<(HttpResponseMessage? Response, Exception? Failure)> AskAsync(
        string path,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return (await http.SendAsync(HttpMethod.Get, path, null, either.Token).ConfigureAwait(false), null);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (null, exception);
        }
    }

    private Check CheckReachability(Exception failure) =>
        (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => Create(
                "reachability",
                Check.Failed,
                $"The name {connection.Address.Host} has no address.",
                "Correct the address with 'notify login', or check DNS and the VPN."
            ),
            HttpRequestError.SecureConnectionError => Create(
                "reachability",
                Check.Failed,
                $"TLS failed: {failure.InnerException?.Message ?? failure.Message}",
                "Check that the certificate is valid for this name and that this machine trusts its issuer. A service without "
                    + "TLS has an http address."
            ),
            HttpRequestError.ConnectionError => Create(
                "reachability",
                Check.Failed,
                $"Nothing accepts connections at {connection.Address.Authority}: {failure.Message}",
                "Check the port, that the service runs, and that no firewall is in between."
            ),
            _ => Create(
                "reachability",
                Check.Failed,
                $"No answer within {Timeout.TotalSeconds:0} seconds: {failure.Message}",
                "Check that the service is not overloaded, and proxies in between."
            ),
        };

    private Check CheckClock(HttpResponseMessage response)
    {
        if (response.Headers.Date is not { } date)
            return Create("clock", Check.Skipped, "The service does not tell its time.");

        var difference = (time.GetUtcNow() - date).Duration();
        return difference < MaxClockDifference
            ? Create("clock", Check.Ok, "The clocks of this machine and of the service agree.")
            : Create(
                "clock",
                Check.Warning,
                string.Create(CultureInfo.InvariantCulture, $"The clocks differ by {difference.TotalMinutes:N0} minutes."),
                "Synchronize the clocks with NTP. Tokens, schedules and expiry depend on them."
            );
    }

    private async Task<Check> CheckKeyAsync(CancellationToken cancellationToken)
    {
        var (problem, failure) = await TryReadAsync("v1/notifications?limit=1", ToolJson.Default.ListAnswer, cancellationToken)
            .ConfigureAwait(false);
        return (problem, failure) switch
        {
            ({ }, _) => Create("key", Check.Ok, connection.Key is null ? "The service needs no key." : "The key is valid."),
            (_, NotifyServiceException { Code: ProblemCodes.ScopeMissing }) => Create(
                "key",
                Check.Warning,
                "The key is valid, and lacks the scope read.",
                "'status', 'tail' and lists need a key with the scope read."
            ),
            (_, NotifyServiceException { Status: 401 }) => Create(
                "key",
                Check.Failed,
                connection.Key is null
                    ? "The service needs a key."
                    : "The key is not valid: it was revoked, expired or mistyped.",
                "Get a key from an administrator ('notify keys create'), and run 'notify login'."
            ),
            (_, NotifyServiceException { Code: null } error) => Create(
                "service",
                Check.Failed,
                $"The answer {error.Status} is not that of a Notify service.",
                "Check the address, which may need a path such as /notify, and proxies in between."
            ),
            (_, NotifyServiceException error) => Create("key", Check.Failed, error.Message, "Check the key and --tenant."),
            _ => Create(
                "service",
                Check.Failed,
                "The answer is not that of a Notify service.",
                "Check the address, which may need a path such as /notify."
            ),
        };
    }

    private async Task<Check> CheckReadinessAsync(CancellationToken cancellationToken)
    {
        var (response, failure) = await AskAsync("health/ready", cancellationToken).ConfigureAwait(false);
        using (response)
        {
            return response?.StatusCode switch
            {
                HttpStatusCode.OK => Create("readiness", Check.Ok, "The service accepts calls, and its store answers."),
                HttpStatusCode.ServiceUnavailable => Create(
                    "readiness",
                    Check.Failed,
                    "The service does not accept calls: it stops, or its store does not answer.",
                    "Check the database of the service, and the log of the service for the reason."
                ),
                // Served on another port, or not to this key.
                { } status => Create("readiness", Check.Skipped, $"The service answered {(int)status}."),
                null => Create("readiness", Check.Failed, failure!.Message, "Check the log of the service."),
            };
        }
    }

    private async Task<IReadOnlyList<Check>> CheckPartsAsync(CancellationToken cancellationToken)
    {
        var (answer, failure) = await TryReadAsync("v1/diagnostics", ToolJson.Default.DiagnosticsAnswer, cancellationToken)
            .ConfigureAwait(false);
        return answer?.Checks
            ??
            [
                failure switch
                {
                    NotifyServiceException { Code: ProblemCodes.ScopeMissing } => Create(
                        "providers and engines",
                        Check.Skipped,
                        "The key lacks the scope admin.",
                        "Run 'notify doctor' with the key of an administrator."
                    ),
                    NotifyServiceException { Status: 404 } => Create(
                        "providers and engines",
                        Check.Skipped,
                        "This version of the service has no diagnostics.",
                        "Upgrade the service."
                    ),
                    _ => Create("providers and engines", Check.Failed, failure!.Message, "Check the log of the service."),
                },
            ];
    }

    private async Task<(T? Answer, Exception? Failure)> TryReadAsync<T>(
        string path,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var (response, failure) = await AskAsync(path, cancellationToken).ConfigureAwait(false);
        if (response is null)
            return (null, failure);

        using (response)
        {
            try
            {
                return (await ServiceHttp.ReadAsync(response, type, cancellationToken).ConfigureAwait(false), null);
            }
            catch (Exception exception) when (exception is NotifyServiceException or InvalidRequestException or JsonException)
            {
                return (null, exception);
            }
        }
    }

    private static Check Create(string name, string status, string detail, string? fix = null) =>
        new(Check.Service, name, status, detail, fix);
}
