namespace Notify.Providers.Smtp.Wire;

/// <summary>What the server said is no SMTP, or more of it than anybody has to read.</summary>
internal sealed class MalformedReplyException : IOException
{
    public MalformedReplyException()
        : base("the server's reply is no SMTP reply") { }
}
