using Notify.Conformance.Providers;
using Notify.TestSupport;

namespace Notify.Providers.Smtp.Tests;

/// <summary>A provider's conformance, at a server that answers by the mailbox.</summary>
public abstract class MailConformance : ProviderConformance
{
    private MailServer? _server;
    private Application? _application;
    private string _mailbox = "";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_application is not null)
            await _application.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    // The server answers by the mailbox, and its refusal repeats the address.
    protected override Address CreateAddress(Channel channel) => new(channel, $"{_mailbox}@example.org");

    protected override async ValueTask<IDeliveryProvider> CreateAsync(VendorBehavior behavior)
    {
        _mailbox = behavior switch
        {
            VendorBehavior.Rejects => "spam",
            VendorBehavior.Hangs => "silent",
            _ => "ada.lovelace",
        };
        _server ??= await MailServer.StartAsync();
        _application ??= await Application.StartAsync(_server);
        return _application.Provider;
    }

    protected override Task WaitUntilCalledAsync() =>
        Eventually.TrueAsync(() => _server!.Events("message").Count > 0, "the server to have the message");
}
