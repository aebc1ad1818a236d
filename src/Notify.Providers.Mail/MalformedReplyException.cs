namespace Notify.Providers.Mail;

/// <summary>The server answered with something that is not an SMTP reply, or with an endless one.</summary>
public sealed class MalformedReplyException : IOException
{
    /// <summary>Creates the exception.</summary>
    public MalformedReplyException()
        : base("the server's reply is not an SMTP reply") { }
}
