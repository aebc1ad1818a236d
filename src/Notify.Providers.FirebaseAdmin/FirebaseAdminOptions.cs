using FirebaseAdmin;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>The options of a Firebase Admin provider. They are validated at start.</summary>
public sealed class FirebaseAdminOptions
{
    /// <summary>
    /// Gets or sets the function that returns the Firebase app, such as <c>_ => app</c>. It may resolve the app from the
    /// application's services. The app must have credentials and a project id. The function is called only at start. The default
    /// returns <see cref="FirebaseApp.DefaultInstance"/>.
    /// </summary>
    public Func<IServiceProvider, FirebaseApp?> App { get; set; } = _ => FirebaseApp.DefaultInstance;

    /// <summary>
    /// Gets or sets whether the service only validates messages (<c>validate_only</c>) and delivers none of them. Deliveries
    /// still count as sent. The default is false.
    /// </summary>
    public bool ValidateOnly { get; set; }
}
