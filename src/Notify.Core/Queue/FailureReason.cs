namespace Notify.Core.Queue;

/// <summary>Describes why an expansion or a digest failed, in a text that is safe to show in a timeline.</summary>
internal static class FailureReason
{
    // Only our own errors are quoted. The message of any other exception may contain an address or content.
    public static string Describe(Exception failure) =>
        failure switch
        {
            InvalidRequestException invalid => string.Join(
                " ",
                invalid.Errors.Take(10).Select(error => $"{error.Field}: {error.Message}")
            ),
            OperationCanceledException => "It took too long.",
            _ => $"It failed with {failure.GetType().Name}. See the log of the process for details.",
        };
}
