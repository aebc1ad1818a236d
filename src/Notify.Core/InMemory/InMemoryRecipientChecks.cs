using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Checks recipients in memory, for tests.</summary>
internal sealed class InMemoryRecipientChecks(InMemoryRecipients recipients, InMemoryStore store) : IRecipientCheckStore
{
    public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    ) => new(recipients.Read(questions));

    public ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    ) => new(store.Redirect(redirections));
}
