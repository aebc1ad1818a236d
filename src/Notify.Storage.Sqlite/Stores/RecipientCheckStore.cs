using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Reads the users of deliveries that waited, and changes where deliveries go.</summary>
internal sealed class RecipientCheckStore(DatabaseWriter writer, StoreDatabase database) : IRecipientCheckStore
{
    public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        using var connection = database.OpenReader();
        using var users = new Statement(connection, "SELECT body FROM notify_user WHERE tenant = ?1 AND id = ?2");
        using var devices = new Statement(connection, DeviceStore.Alive);
        using var subscriptions = new Statement(
            connection,
            "SELECT 1 FROM notify_subscription WHERE tenant = ?1 AND topic = ?2 AND user_id = ?3"
        );
        var answers = new RecipientAnswer[questions.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var question = questions[i];
            answers[i] = new RecipientAnswer(
                ReadUser(users, question),
                question.WithDevices ? ReadDevices(devices, question) : [],
                question.Topic is { } topic && IsSubscribed(subscriptions, question, topic)
            );
        }

        return new(answers);
    }

    public ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync<IReadOnlyList<bool>>(
            () =>
            {
                using var redirect = new Statement(
                    writer.Connection,
                    """
                    UPDATE notify_delivery SET address = ?3, platform = ?4, app = ?5
                    WHERE id = ?1 AND fence = ?2 AND owner IS NOT NULL
                    """
                );
                return
                [
                    .. redirections.Select(one =>
                        redirect
                            .Bind(1, one.DeliveryId)
                            .Bind(2, one.Fence)
                            .Bind(3, one.To.Value)
                            .Bind(4, one.To.Platform?.Name)
                            .Bind(5, one.To.App)
                            .Execute() == 1
                    ),
                ];
            },
            cancellationToken
        );

    private static User? ReadUser(Statement users, RecipientQuestion question)
    {
        users.Bind(1, question.Tenant).Bind(2, question.UserId);
        var user = users.Read() ? StoredForm.ReadUser(users.Blob(0)) : null;
        users.Reset();
        return user;
    }

    private static List<Device> ReadDevices(Statement devices, RecipientQuestion question)
    {
        var found = new List<Device>();
        devices.Bind(1, question.Tenant).Bind(2, question.UserId);
        while (devices.Read())
            found.Add(DeviceStore.ReadDevice(devices));
        return found;
    }

    private static bool IsSubscribed(Statement subscriptions, RecipientQuestion question, string topic)
    {
        subscriptions.Bind(1, question.Tenant).Bind(2, topic).Bind(3, question.UserId);
        var isSubscribed = subscriptions.Read();
        subscriptions.Reset();
        return isSubscribed;
    }
}
