using MailKit;

namespace Notify.Providers.MailKit;

/// <summary>
/// Notices when a message has been sent to its last line. MailKit reports what it has written to its protocol logger, after the
/// write and before it waits for the reply, and has no other hook there.
/// </summary>
internal sealed class ContentWatch : IProtocolLogger
{
    private const int EndLength = 5;

    private readonly byte[] _latest = new byte[EndLength];
    private Action? _sent;
    private bool _isInContent;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>Whether the message at hand was sent to its last line.</summary>
    public bool IsSent { get; private set; }

    /// <param name="sent">What to do when the message has been sent to its last line.</param>
    public void BeginMessage(Action sent) => (IsSent, _isInContent, _sent) = (false, false, sent);

    /// <summary>The recipient was accepted: what is written from now on is the content.</summary>
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
        // A message by BDAT (RFC 3030) has no last line to look for, so it counts as sent from the start.
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
