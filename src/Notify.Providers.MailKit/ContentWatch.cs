using MailKit;

namespace Notify.Providers.MailKit;

/// <summary>
/// Detects when a message has been sent completely. MailKit passes to its protocol logger what it has written, after the write
/// and before it waits for the reply. It has no other extension point between the two.
/// </summary>
internal sealed class ContentWatch : IProtocolLogger
{
    private const int EndLength = 5;

    private readonly byte[] _latest = new byte[EndLength];
    private Action? _sent;
    private bool _isInContent;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>Gets whether the current message was sent completely.</summary>
    public bool IsSent { get; private set; }

    /// <param name="sent">Called when the message has been sent completely.</param>
    public void BeginMessage(Action sent) => (IsSent, _isInContent, _sent) = (false, false, sent);

    /// <summary>Starts to look for the end of the content, because a recipient was accepted.</summary>
    public void BeginContent()
    {
        _isInContent = true;
        _latest.AsSpan().Clear();
    }

    public void LogClient(byte[] buffer, int offset, int count)
    {
        if (!_isInContent || IsSent)
            return;

        var written = buffer.AsSpan(offset, count);
        Keep(written);
        // With BDAT (RFC 3030), the content has no final line to look for, so the message counts as sent from the start.
        if (!_latest.AsSpan().SequenceEqual("\r\n.\r\n"u8) && !written.StartsWith("BDAT "u8))
            return;
        IsSent = true;
        _sent?.Invoke();
    }

    public void LogConnect(Uri uri) { }

    public void LogServer(byte[] buffer, int offset, int count) { }

    public void Dispose() { }

    private void Keep(ReadOnlySpan<byte> written)
    {
        if (written.Length >= EndLength)
        {
            written[^EndLength..].CopyTo(_latest);
            return;
        }

        _latest.AsSpan(written.Length).CopyTo(_latest);
        written.CopyTo(_latest.AsSpan(EndLength - written.Length));
    }
}
