namespace Notify.Providers.Mail.Attachments;

/// <summary>A file that was fetched, or the outcome of a delivery whose file could not be fetched.</summary>
internal sealed record FetchedFile(ReadOnlyMemory<byte> Bytes, string? MediaType, Outcome? Failure)
{
    public static FetchedFile FromFailure(Outcome failure) => new(default, null, failure);

    /// <summary>Returns the size alone.</summary>
    public override string ToString() => $"{Bytes.Length} bytes";
}
