using Microsoft.Extensions.Options;

namespace Notify.Client.Outbox;

/// <summary>
/// Finds invalid options at start. It is generated, because validation by reflection is not possible ahead of time.
/// </summary>
[OptionsValidator]
internal sealed partial class ClientOutboxOptionsValidator : IValidateOptions<ClientOutboxOptions>;
