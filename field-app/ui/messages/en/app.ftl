app-back = Back
