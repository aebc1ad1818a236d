using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Notify.Client.Calls;

/// <summary>Decides which calls are repeated, and which may take long.</summary>
internal static class CallRetries
{
    public static void Configure(HttpStandardResilienceOptions options)
    {
        var isTransient = options.Retry.ShouldHandle;
        options.Retry.ShouldHandle = arguments =>
            ServiceRequest.IsRepeatable(arguments.Context.GetRequestMessage()) || IsUnhandled(arguments.Outcome)
                ? isTransient(arguments)
                : ValueTask.FromResult(false);
        options.AttemptTimeout.TimeoutGenerator = arguments => GetTimeout(arguments, options.AttemptTimeout);
        options.TotalRequestTimeout.TimeoutGenerator = arguments => GetTimeout(arguments, options.TotalRequestTimeout);
    }

    // The service did not begin with a call that it never got, or that exceeds a limit of calls.
    private static bool IsUnhandled(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception
            is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
        || outcome.Result?.StatusCode == System.Net.HttpStatusCode.TooManyRequests;

    private static ValueTask<TimeSpan> GetTimeout(TimeoutGeneratorArguments arguments, TimeoutStrategyOptions usual) =>
        ValueTask.FromResult(
            ServiceRequest.HasTimeout(arguments.Context.GetRequestMessage()) ? usual.Timeout : Timeout.InfiniteTimeSpan
        );
}
