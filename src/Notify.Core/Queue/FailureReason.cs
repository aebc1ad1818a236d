namespace Notify.Core.Queue;

/// <summary>Tells why an expansion or a digest failed, in words that a timeline may show.</summary>
internal static class FailureReason
{
    // The message of another exception may quote an address or content.
    public static string Describe(Exception failure) =>
        failure switch
        {
            InvalidRequestException invalid => string.Join(
                " ",
                invalid.Errors.Take(10).Select(error => $"{error.Field}: {error.Message}")
            ),
            OperationCanceledException => "It took too long.",
            _ => $"It failed with {failure.GetType().Name}. The log of the process has the details.",
        };
}
