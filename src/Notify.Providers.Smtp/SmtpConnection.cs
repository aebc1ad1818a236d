using System.Net.Mail;
using System.Text;

namespace Notify.Providers.Smtp;

/// <summary>One connection, rented for one message at a time.</summary>
internal sealed class SmtpConnection(SmtpClient client, Action<SmtpConnection> giveBack) : IDisposable
{
    /// <summary>Whether it has sent a message before, so that the server may have closed it since.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Whether another message can follow.</summary>
    public bool IsUsable { get; private set; }

    /// <summary>When it was given back, as a timestamp of the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <exception cref="SmtpException">The server did not take the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; whether the server took the message is unknown.</exception>
    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        IsReused = IsUsable;
        IsUsable = false;

        // Only an address that needs SMTPUTF8 asks for it: a message sent that way cannot pass servers that lack it.
        client.DeliveryFormat = Ascii.IsValid(message.To[0].User) ? SmtpDeliveryFormat.SevenBit : SmtpDeliveryFormat.International;
        try
        {
            // SmtpClient forgets the token while it waits for the reply to the message itself; closing it ends that wait too.
            using var abort = cancellationToken.UnsafeRegister(static client => ((SmtpClient)client!).Dispose(), client);
            await client.SendMailAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        IsUsable = !cancellationToken.IsCancellationRequested;
    }

    public void Close() => client.Dispose();

    public void Dispose() => giveBack(this);
}
